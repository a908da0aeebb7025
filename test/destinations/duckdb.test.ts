import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { duckdbDestination } from '../../destinations/duckdb.ts'
import { tableName } from '../../destinations/tables/names.ts'
import type { Row } from '../../framework/index.ts'
import { learnSchemas } from '../../schemas/learn.ts'
import { type Place, recordOf, runOf, testDestination } from '../conformance/destination.ts'
import { fakeClock } from '../conformance/fake-clock.ts'
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
    open: () => duckdbDestination(file, { layout: 'per_stream' }),
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
    open: (layout) => duckdbDestination(file, { layout, learn: learnSchemas() }),
    table: (name) => `"${name}"`,
    execute: async (sql) => void (await texts(file, sql)),
    select: (table, columns, order) => texts(file, selectTexts(`"${table}"`, columns, order)),
    destroy: async () => rmSync(folder, { recursive: true }),
  }
})

/** Another process that has the file open. */
async function holder(file: string): Promise<ChildProcess> {
  const script = `const { DuckDBInstance } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(process.argv[1])
    console.log('open')
    setInterval(() => instance, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

describe('duckdbDestination of a file that another process holds', () => {
  function place(): string {
    const folder = mkdtempSync(join(tmpdir(), 'duckdb-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    return join(folder, 'data.duckdb')
  }

  it('waits until the file is free', async () => {
    const file = place()
    const other = await holder(file)
    let tries = 0
    const clock = {
      ...fakeClock(),
      async sleep() {
        tries += 1
        if (tries < 3) return
        const closed = once(other, 'close')
        other.kill('SIGKILL')
        await closed
      },
    }
    const destination = await duckdbDestination(file, { clock })
    await destination.open(runOf([]))
    await destination.close()
    expect(tries).toBe(3)
  })

  it.each([
    [undefined, 10_000],
    [0, 0],
    [2_500, 2_500],
  ])('gives up after a lock timeout of %j ms', async (lockTimeoutMs, expected) => {
    const file = place()
    await holder(file)
    const clock = fakeClock()
    const start = clock.monotonic()
    const destination = await duckdbDestination(file, { clock, lockTimeoutMs })
    await expect(destination.open(runOf([]))).rejects.toMatchObject({
      code: 'ERR_OUTPUT_LOCKED',
      failureType: 'transient_error',
      message: expect.stringMatching(/in use by another process/),
    })
    expect(clock.monotonic() - start).toBe(expected)
  })
})
