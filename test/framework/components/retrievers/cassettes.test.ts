import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Stream } from '../../../../framework/components/streams/stream.ts'
import { ConfigError } from '../../../../framework/errors.ts'
import { buildComponent, isNode, type Node } from '../../../../framework/manifest/build.ts'
import { loadManifest, type Manifest } from '../../../../framework/manifest/manifest.ts'
import { sharedFolder } from '../../../shared.ts'
import { type TestContext, testContext } from '../../build.ts'
import { type Input, recordOf } from '../check-vectors.ts'
import { readStream } from './read-stream.ts'
import { type Answer, type Received, serve } from './scripted-server.ts'

interface Cassette {
  readonly connector: string
  readonly stream: string
  readonly config: Input
  readonly now: string
  readonly max_partitions: number
  readonly truncated: boolean
  readonly exchanges: readonly { readonly request: Input; readonly response: Input }[]
  readonly expected: { readonly records: readonly { readonly data: unknown }[] }
}

const file = join(sharedFolder ?? '', 'vectors/corpus/cassettes.jsonl.gz')
const cassettes: readonly Cassette[] = existsSync(file)
  ? gunzipSync(readFileSync(file))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : []
const connectors = [...new Set(cassettes.map(({ connector }) => connector))]
const held: string[] = []

/** Why a cassette is not held to. */
const apart: Readonly<Record<string, string>> = {
  'source-xkcd/xkcd': 'its path is a template that failed; the brackets in it are escaped by another rule',
  'source-senseforce/dataset': 'its body calls itself JSON and is none, which nock cannot take',
}

function manifestOf(connector: string): Manifest {
  const path = join(sharedFolder ?? '', 'corpus/airbyte', `${connector}.yaml`)
  return loadManifest({ text: readFileSync(path, 'utf8'), file: path })
}

/** The reference reads a stream whose routers are written as a list as if it had none. */
function isLeftOut(node: Node | undefined): boolean {
  return Array.isArray(recordOf(node?.['retriever'])['partition_router'])
}

/** undefined for streams of components that are not part of the language. */
function built(node: Node, context: TestContext): Stream | undefined {
  try {
    return buildComponent(Stream, node, context)
  } catch (thrown) {
    if (thrown instanceof ConfigError && /: unknown \w+ '|is not registered/.test(thrown.message)) return undefined
    throw thrown
  }
}

/** What tells one request from another, whatever the order of its parameters. */
function keyOf(method: unknown, address: unknown, body: unknown): string {
  const { host, pathname, searchParams } = new URL(String(address))
  return JSON.stringify([method, host + pathname, [...searchParams].sort(), contentOf(body)])
}

function contentOf(body: unknown): unknown {
  if (body === null || body === undefined || body === '') return null
  try {
    return JSON.parse(String(body))
  } catch {
    return String(new URLSearchParams(String(body)))
  }
}

/** Plays the recorded answers, each once. Gives what was asked for besides. */
function play({ exchanges }: Cassette): { readonly unknown: readonly string[]; readonly unused: () => readonly string[] } {
  const unknown: string[] = []
  const left = exchanges.map(({ request: { method, url, body }, response }) => ({ key: keyOf(method, url, body), response }))
  serve((request: Received): Answer => {
    const key = keyOf(request.method, request.url, request.body)
    const index = left.findIndex((exchange) => exchange.key === key)
    const [exchange] = index < 0 ? [] : left.splice(index, 1)
    if (!exchange) unknown.push(key)
    const { status, body, text, headers } = exchange?.response ?? { status: 404, text: '{}' }
    return [Number(status ?? 200), text === undefined ? JSON.stringify(body) : String(text), recordOf(headers) as Record<string, string>]
  })
  return { unknown, unused: () => left.map(({ key }) => key) }
}

async function differenceOf(cassette: Cassette, manifest: Manifest): Promise<unknown> {
  const node = manifest.streams.filter(isNode).find(({ name }) => name === cassette.stream)
  const name = `${cassette.connector}/${cassette.stream}`
  const context = testContext({
    dialect: 'airbyte',
    config: cassette.config,
    now: Date.parse(cassette.now) + 0.012,
    locate: manifest.locate,
  })
  const stream = node && !isLeftOut(node) && !(name in apart) ? built(node, context) : undefined
  if (!stream) return undefined
  const tape = play(cassette)
  const { records, error } = await readStream(stream, { context, slices: cassette.max_partitions })
  nock.cleanAll()
  held.push(name)
  const expected = { records: cassette.expected.records.map(({ data }) => data), unknown: [], unused: [], error: undefined }
  const actual = {
    records: JSON.parse(JSON.stringify(records)),
    unknown: tape.unknown,
    unused: cassette.truncated ? [] : tape.unused(),
    error,
  }
  return isSame(actual, expected) ? undefined : { stream: cassette.stream, actual, expected }
}

function isSame(actual: unknown, expected: unknown): boolean {
  try {
    expect(actual).toEqual(expected)
    return true
  } catch {
    return false
  }
}

describe.skipIf(cassettes.length === 0)('real manifests against a recorded server', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it.each(connectors)('%s', async (connector) => {
    const manifest = manifestOf(connector)
    const differences: unknown[] = []
    for (const cassette of cassettes.filter((candidate) => candidate.connector === connector)) {
      const difference = await differenceOf(cassette, manifest)
      if (difference) differences.push(difference)
    }
    expect(differences).toEqual([])
  })

  it('cover most of the recorded streams', () => {
    expect(held.length).toBeGreaterThan(1800)
  })
})
