import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { duckdbDestination } from '../../destinations/duckdb.ts'
import { tableName } from '../../destinations/tables/names.ts'
import type { Row } from '../../framework/index.ts'
import { type Place, recordOf, testDestination } from '../conformance/destination.ts'
import { selectTexts, testTableDestination } from '../conformance/table-destination.ts'
import { testWriteModes } from '../conformance/write-modes.ts'

async function select(file: string, table: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    const result = await connection.runAndReadAll(`select * from "${table}" order by rowid`)
    const json = new Set(result.columnNames().filter((_name, index) => result.columnType(index).alias === 'JSON'))
    const read = (name: string, value: unknown) => (json.has(name) && typeof value === 'string' ? JSON.parse(value) : value)
    return result.getRowObjects().map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, read(name, value)])))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** A merge keeps no order. */
const sorted = (rows: readonly Row[]) => rows.toSorted((a, b) => (String(a['id'] ?? '') < String(b['id'] ?? '') ? -1 : 1))

async function createPlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'duckdb-'))
  const file = join(folder, 'data.duckdb')
  return {
    open: () => duckdbDestination(file, 'per_stream'),
    rows: async (stream) => sorted((await select(file, tableName(stream))).map(recordOf)),
    text: (text) => text.toWellFormed(),
    destroy: async () => rmSync(folder, { recursive: true }),
  }
}
testDestination('duckdb:', createPlace)
testWriteModes('duckdb:', createPlace, ['append', 'merge', 'replace'])

async function texts(file: string, sql: string): Promise<(string | null)[][]> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    await connection.run(`set timezone = 'UTC'`)
    return (await connection.runAndReadAll(sql)).getRows() as (string | null)[][]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

testTableDestination('duckdb:', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'duckdb-'))
  const file = join(folder, 'data.duckdb')
  return {
    open: (layout) => duckdbDestination(file, layout),
    table: (name) => `"${name}"`,
    execute: async (sql) => void (await texts(file, sql)),
    select: (table, columns, order) => texts(file, selectTexts(`"${table}"`, columns, order)),
    destroy: async () => rmSync(folder, { recursive: true }),
  }
})
