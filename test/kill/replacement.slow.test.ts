import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parsePostgresUrl } from '../../framework/index.ts'
import { startPostgres } from '../conformance/postgres-server.ts'
import { startS3 } from '../conformance/s3-server.ts'
import { openPlace, type Place, type Servers } from './place.ts'
import { randomOf } from './random.ts'
import { type Extent, runReader } from './reader.ts'
import { foundRow } from './rows.ts'
import type { OutputKind, RegistryKind } from './scenario.ts'
import { openSource, type Source } from './source.ts'

/** Rows of a stream: texts in order, and the runs that wrote them. */
interface Content {
  readonly texts: readonly string[]
  readonly runs: ReadonlySet<string>
}

interface Found {
  /** By stream. */
  readonly streams: ReadonlyMap<string, Content>
  /** Tables and files in which rows wait. */
  readonly stages: readonly string[]
}

type Reader = (
  url: string,
) => Promise<{ readonly rows: readonly (readonly [place: string, json: string])[]; readonly stages: readonly string[] }>

const isStage = (name: string): boolean => name.startsWith('_connector_new_')

const readers: Readonly<Record<Exclude<OutputKind, 'stdout'>, Reader>> = {
  jsonl: async (url) => {
    const folder = url.slice('jsonl:'.length)
    const names = existsSync(folder) ? readdirSync(folder) : []
    const files = names.filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))
    const rows = files.flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => [name.replace('.jsonl', ''), line] as const),
    )
    return { rows, stages: names.filter((name) => name.endsWith('.new.jsonl')) }
  },
  duckdb: async (url) => {
    const instance = await DuckDBInstance.create(url.slice('duckdb:'.length))
    const connection = await instance.connect()
    try {
      const tables = (await connection.runAndReadAll('select table_name from duckdb_tables()')).getRows().map(([name]) => String(name))
      const rows: (readonly [string, string])[] = []
      for (const table of tables.filter((name) => !isStage(name))) {
        const found = await connection.runAndReadAll(`select _stream, to_json(t)::varchar from "${table}" t`)
        for (const [stream, text] of found.getRows()) rows.push([String(stream), String(text)])
      }
      return { rows, stages: tables.filter(isStage) }
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  },
  postgres: async (url) => {
    const { host, port, database, user, password, schema } = parsePostgresUrl(url)
    const client = new pg.Client({ host, port, database, user, password })
    await client.connect()
    try {
      const { rows: found } = await client.query('select tablename from pg_tables where schemaname = $1', [schema])
      const tables = found.map(({ tablename }) => String(tablename))
      const rows: (readonly [string, string])[] = []
      for (const table of tables.filter((name) => !name.startsWith('_connector_'))) {
        const { rows: own } = await client.query(`select _stream, to_jsonb(t)::text as text from "${schema}"."${table}" t`)
        for (const { _stream, text } of own) rows.push([String(_stream), String(text)])
      }
      return { rows, stages: tables.filter(isStage) }
    } finally {
      await client.end()
    }
  },
}

async function contentOf(output: Exclude<OutputKind, 'stdout'>, place: Place): Promise<Found> {
  const url = place.flags()[1] ?? ''
  const { rows, stages } = await readers[output](url)
  const streams = new Map<string, { texts: string[]; runs: Set<string> }>()
  for (const [stream, json] of rows) {
    const row = JSON.parse(json)
    const { texts, runs } = streams.get(stream) ?? { texts: [], runs: new Set() }
    streams.set(stream, { texts, runs: runs.add(String(row._run_id)) })
    texts.push(foundRow(stream, row).text)
  }
  for (const { texts } of streams.values()) texts.sort()
  return { streams, stages }
}

/** Streams that hold something else than all rows of before or all new ones. */
function torn(found: Found, old: Found): readonly string[] {
  const [before = ''] = [...old.streams.values()].flatMap(({ runs }) => [...runs])
  return [...old.streams].flatMap(([stream, { texts }]) => {
    const now = found.streams.get(stream)
    const isWhole = JSON.stringify(now?.texts) === JSON.stringify(texts)
    const isMixed = now?.runs.has(before) === true && now.runs.size > 1
    return isWhole && !isMixed ? [] : [`${stream}: ${now?.texts.length ?? 0} of ${texts.length} rows, of ${now?.runs.size ?? 0} runs`]
  })
}

const withFlags = (source: Source, ...flags: readonly string[]): Source => ({
  args: [...source.args, ...flags],
  get requests() {
    return source.requests
  },
  asked: source.asked,
  watch: (requests, reached) => source.watch(requests, reached),
  close: () => source.close(),
})

const cases: readonly (readonly [Exclude<OutputKind, 'stdout'>, RegistryKind])[] = [
  ['jsonl', 'file'],
  ['jsonl', 'none'],
  ['duckdb', 'file'],
  ['duckdb', 'none'],
  ['postgres', 'postgres'],
  ['postgres', 'file'],
  ['postgres', 'none'],
]

describe('a replacement that is killed', { timeout: 240_000 }, () => {
  let servers: Servers | undefined
  beforeAll(async () => {
    servers = { postgres: await startPostgres(), s3: await startS3() }
  })
  afterAll(async () => {
    await servers?.postgres.stop()
    await servers?.s3.stop()
  })

  it.each(cases.flatMap(([output, registry]) => [1, 2].map((seed) => [output, registry, seed] as const)))(
    'leaves all old rows or all new ones of each stream, and the next run ends with the new ones (%s, registry %s, seed %i)',
    async (output, registry, seed) => {
      if (!servers) throw new Error('the servers did not start')
      const random = randomOf(seed)
      const source = await openSource('facebook_pages', 1)
      onTestFinished(() => source.close())
      const place = await openPlace({ output, registry, disturbances: [] }, servers)
      onTestFinished(() => place.close())
      const concurrency = random.pick([1, 2, 8])
      source.watch(Number.POSITIVE_INFINITY, () => undefined)
      expect(await runReader({ source, place, concurrency })).toMatchObject({ code: 0 })
      const old = await contentOf(output, place)
      expect(old.streams.size).toBeGreaterThan(4)
      const extent: Extent = { requests: source.requests, stdout: 0, database: 0, seconds: 1, largestFile: 0, allFiles: 0 }
      const replacing = withFlags(source, '--write', 'replace')
      for (let kills = 0; kills < 3; kills++) {
        const moment = { of: 'requests', part: random.next(), wait: random.pick([0, 1, 5, 20, 100]) } as const
        await runReader({ source: replacing, place, concurrency }, { kind: 'kill', moment }, extent)
        expect({ moment, torn: torn(await contentOf(output, place), old) }).toEqual({ moment, torn: [] })
      }
      const last = await runReader({ source: replacing, place, concurrency })
      expect(last.code, last.stderr.slice(-2000)).toBe(0)
      const found = await contentOf(output, place)
      const [before = ''] = [...old.streams.values()].flatMap(({ runs }) => [...runs])
      expect({ torn: torn(found, old), stages: found.stages }).toEqual({ torn: [], stages: [] })
      expect([...found.streams].filter(([, { runs }]) => runs.has(before)).map(([stream]) => stream)).toEqual([])
    },
  )
})
