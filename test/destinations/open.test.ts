import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { openDestination, openDestinations, writesOf } from '../../destinations/open.ts'
import type { DestinationDefinition } from '../../framework/index.ts'
import { from, runOf } from '../conformance/destination.ts'
import { page, state, streamInfo } from '../conformance/items.ts'

const options = () => ({ stdout: new PassThrough(), redact: (text: string) => text })

/** What a caller has to write at least. */
const plain: DestinationDefinition = {
  open: async () => undefined,
  write: (items) => items,
  close: async () => undefined,
  report: () => ({ rows: {}, places: [] }),
}

describe('openDestination', () => {
  it.each(['kafka:topic', 'jsnol:out', 'constructor:', 'out.jsonl', ''])('refuses %j and lists what is known', async (url) => {
    const refused = openDestination(url, options())
    await expect(refused).rejects.toMatchObject({ name: 'ConfigError', code: 'ERR_OUTPUT_URL' })
    await expect(refused).rejects.toThrow(/known: .*jsonl.*stdout/)
  })

  it('refuses a URL without a directory', async () => {
    await expect(openDestination('jsonl:', options())).rejects.toMatchObject({ code: 'ERR_OUTPUT_URL' })
  })
})

describe('writesOf', () => {
  it.each([
    ['stdout', 'airbyte'],
    ['-', 'singer'],
    ['stdout', 'jsonl'],
    ['jsonl:', undefined],
    ['duckdb:', undefined],
  ] as const)('says of %s as %s what it says itself once it is there', async (scheme, format) => {
    const directory = mkdtempSync(join(tmpdir(), 'output-'))
    const url = scheme.endsWith(':') ? `${scheme}${join(directory, 'data')}` : scheme
    const asked = format ? { format } : {}
    const destination = await openDestination(url, { ...options(), ...asked })
    expect(destination.writes).toEqual(writesOf(url, asked))
    await destination.close()
    await rm(directory, { recursive: true })
  })

  it('says of a destination that does not tell that it appends', () => {
    expect(writesOf(plain, {})).toEqual(['append'])
  })
})

describe('openDestinations', () => {
  it('fills in what a destination of the caller leaves out, beside others too', async () => {
    for (const places of [[plain], [plain, 'stdout']]) {
      const destination = await openDestinations(places, options())
      expect(destination).toMatchObject({ writes: ['append'], readsAhead: false, prompt: false })
      expect(destination.lost([streamInfo('posts')])).toEqual([])
    }
  })

  const posts = streamInfo('posts')

  it('writes to stdout in the protocol when nothing else is asked for', async () => {
    const { stdout, redact } = options()
    const destination = await openDestinations([], { stdout, redact })
    await destination.open(runOf([posts]))
    for await (const _ of destination.write(from([page(posts, [{ id: '1' }])])));
    expect(JSON.parse(String(stdout.read()))).toMatchObject({ type: 'RECORD', record: { stream: 'posts' } })
  })

  it('writes to all outputs', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'output-'))
    const { stdout, redact } = options()
    const destination = await openDestinations(['-', `jsonl:${directory}`], { stdout, redact, format: 'jsonl' })
    await destination.open(runOf([posts]))
    for await (const _ of destination.write(from([page(posts, [{ id: '1' }]), state('posts', { at: 1 })])));
    await destination.close()
    expect(String(stdout.read())).toBe('{"_stream":"posts","id":"1"}\n')
    expect(JSON.parse(readFileSync(join(directory, 'posts.jsonl'), 'utf8'))).toMatchObject({ id: '1', _run_id: 'run-1' })
    await rm(directory, { recursive: true })
  })
})
