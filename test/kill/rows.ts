import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'

/** A row as it was found at its destination. */
export interface FoundRow {
  /** Stream or table. */
  readonly place: string
  /** Fields in order, without what the destination adds and without when the row was read, so that equal rows of a place have equal texts. */
  readonly text: string
  /** When its page was read: rows of a page have one moment. */
  readonly at: string
  /** Where the cursor of its stream stands at this row. */
  readonly cursor: string
}

export type Rows = readonly FoundRow[]

/** Rows of a folder of JSON lines. Throws when a line is cut off or no JSON. */
export function jsonlRows(folder: string): Rows {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))
  return files.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    if (text !== '' && !text.endsWith('\n')) throw new Error(`${name} ends within a line`)
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => foundRow(name.replace('.jsonl', ''), JSON.parse(line)))
  })
}

export async function duckdbRows(file: string): Promise<Rows> {
  if (!existsSync(file)) return []
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    const tables = await connection.runAndReadAll(`select table_name from duckdb_tables() where not temporary`)
    const rows: FoundRow[] = []
    for (const [table] of tables.getRows()) {
      const found = await connection.runAndReadAll(`select to_json(t)::varchar from (from "${table}") t`)
      for (const [text] of found.getRows()) rows.push(foundRow(String(table), JSON.parse(String(text))))
    }
    return rows
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Rows of a schema, without the tables of a state registry. */
export async function postgresRows(url: string): Promise<Rows> {
  return withSchema(url, async (client, schema) => {
    const { rows: tables } = await client.query(
      `select table_name as name from information_schema.tables where table_schema = $1 and table_name not like '\\_connector\\_%'`,
      [schema],
    )
    const rows: FoundRow[] = []
    for (const { name } of tables) {
      const found = await client.query(`select to_jsonb(t)::text as text from "${schema}"."${name}" t`)
      for (const { text } of found.rows) rows.push(foundRow(String(name), JSON.parse(text)))
    }
    return rows
  })
}

export async function dropSchema(url: string): Promise<void> {
  await withSchema(url, (client, schema) => client.query(`drop schema if exists "${schema}" cascade`))
}

async function withSchema<T>(text: string, work: (client: pg.Client, schema: string) => Promise<T>): Promise<T> {
  const url = new URL(text)
  const schema = url.searchParams.get('schema') ?? 'public'
  url.search = ''
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return await work(client, schema)
  } finally {
    await client.end()
  }
}

export function foundRow(place: string, row: Readonly<Record<string, unknown>>): FoundRow {
  const { _synced_at, _run_id, updated_at: _, ...fields } = row
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify(Object.fromEntries(sorted)).replace(SIGNED_URL, '$1')
  return { place, text, at: String(_synced_at), cursor: String(row['created_time'] ?? row['end_time'] ?? row['timestamp']) }
}

/** Addresses of files at the content network carry a signature that is another one in every answer. */
const SIGNED_URL = /(https:\/\/[^"?]*(?:cdninstagram|fbcdn)[^"?]*)\?[^"]*/g

/** How often each row is there. */
export function counted(rows: Rows): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { place, text } of rows) counts.set(`${place} ${text}`, (counts.get(`${place} ${text}`) ?? 0) + 1)
  return counts
}
