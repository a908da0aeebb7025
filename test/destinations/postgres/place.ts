import pg from 'pg'
import { type PostgresTablesOptions, postgresDestination } from '../../../destinations/postgres.ts'
import { type ConnectorError, type Item, parsePostgresUrl, type Row, type RowChanges, type StreamInfo } from '../../../framework/index.ts'
import { runOf } from '../../conformance/destination.ts'
import { fakeClock } from '../../conformance/fake-clock.ts'
import { streamInfo } from '../../conformance/items.ts'

/** What a run into a place left behind beside its rows. */
export interface Written {
  readonly rows: Readonly<Record<string, number>>
  /** In the order of the streams. */
  readonly changes: readonly (RowChanges | undefined)[]
  readonly warnings: readonly ConnectorError[]
  /** By stream. */
  readonly rejected: ReadonlyMap<string, ConnectorError>
  /** Names of streams whose STATE came out. */
  readonly states: readonly string[]
}

export interface PostgresPlace {
  readonly url: string
  /** The schema, in quotes. */
  readonly schema: string
  /** Statements separated by `;`, in which `SCHEMA` stands for the schema; gives the rows of the last. */
  sql(text: string): Promise<readonly Row[]>
  /** A statement that no transaction may hold. */
  create(text: string): Promise<void>
  write(items: Iterable<Item> | AsyncIterable<Item>, streams: readonly StreamInfo[]): Promise<Written>
}

export function placeOf(url: string, options: Partial<PostgresTablesOptions> = {}): PostgresPlace {
  const schema = `"${parsePostgresUrl(url).schema}"`
  return {
    url,
    schema,
    sql: (text) => ask(url, text.replaceAll('SCHEMA', schema)),
    async create(text) {
      await connected(url, (client) => client.query(text))
    },
    async write(items, streams) {
      const destination = await postgresDestination(url, { clock: fakeClock(), ...options })
      const warnings: ConnectorError[] = []
      const rejected = new Map<string, ConnectorError>()
      const states: string[] = []
      try {
        await destination.open({
          ...runOf(streams),
          finding: ({ error }) => void warnings.push(error),
          rejectStream: (stream, error) => void rejected.set(stream, error),
        })
        for await (const item of destination.write(following(items))) {
          if (item.type === 'message' && item.message.type === 'STATE') states.push(item.message.state.stream.stream_descriptor.name)
        }
      } finally {
        await destination.close()
      }
      const changes = streams.map(({ name }) => destination.changes(name))
      return { rows: destination.report().rows, changes, warnings, rejected, states }
    },
  }
}

async function* following(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item> {
  yield* items
}

async function ask(url: string, text: string): Promise<readonly Row[]> {
  const results: unknown = await connected(url, (client) => client.query(`set time zone 'UTC'; ${text}`))
  return (results as readonly { rows: Row[] }[]).at(-1)?.rows ?? []
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { host, port, database, user, password } = parsePostgresUrl(url)
  const client = new pg.Client({ host, port, database, user, password })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A stream `items` with the properties, keyed by `id` unless told otherwise. */
export function items(properties: Readonly<Record<string, unknown>>, key: readonly string[] = ['id']): StreamInfo {
  return streamInfo('items', { primaryKey: key.map((field) => [field]), schema: { type: 'object', properties } })
}
