import type { Writable } from 'node:stream'
import {
  byScheme,
  type Clock,
  ConfigError,
  type ConnectionState,
  type Destination,
  type DestinationDefinition,
  defineDestination,
  type StateLease,
  systemClock,
  WRITE_MODES,
  type WriteAbility,
} from '../framework/index.ts'
import type { OutputFormat, Redact } from './format.ts'
import type { TableOptions } from './tables/table-destination.ts'
import type { TableLayout } from './tables/table-plan.ts'
import { destinationForms } from './url-forms.ts'

export interface DestinationOptions {
  readonly stdout: Writable
  /** Lines of stdout; `airbyte` unless told otherwise. */
  readonly format?: FormatName
  /** Takes secrets out of what is not a record: STATE, TRACE, LOG. */
  readonly redact: Redact
  /** States that the run starts from; with a registry they are what it has committed. Destinations compare them with what they hold. */
  readonly state?: ConnectionState
  /** Whether `state` comes from a registry that this run commits to. */
  readonly registry?: 'committed' | 'none'
  /** The lease that states are committed to; a destination in the same database commits them together with the rows. */
  readonly lease?: StateLease | undefined
  /** Whether streams of one kind share a table; they do unless told otherwise. */
  readonly tables?: TableLayout
  /** For streams without a schema: makes what gives their pages one. Tables need it for their columns. */
  readonly learnSchemas?: () => NonNullable<TableOptions['learn']>
  readonly clock?: Clock
  /** How long to wait for a file that another process holds; 10 s by default. */
  readonly lockTimeoutMs?: number | undefined
}

/** Every format of stdout. */
const formats = {
  airbyte: async ({ redact }) => (await import('./airbyte-format.ts')).airbyteFormat(redact),
  singer: async ({ redact, state }) => (await import('./singer-format.ts')).singerFormat(redact, state),
  jsonl: async () => (await import('./jsonl-format.ts')).jsonlFormat(),
} satisfies Record<string, (options: DestinationOptions) => Promise<OutputFormat>>
export type FormatName = keyof typeof formats

interface Scheme {
  writes(options: Pick<DestinationOptions, 'format'>): WriteAbility
  open(url: string, options: DestinationOptions): Promise<Destination>
}

/** Every kind of destination; an implementation is loaded when it is asked for. */
const schemes: Readonly<Record<keyof typeof destinationForms, Scheme>> = {
  stdout: {
    // Singer says the key of a stream, and its targets merge by it.
    writes: ({ format }) => (format === 'singer' ? ['append', 'merge'] : 'reader'),
    open: async (_url, options) => {
      const { streamDestination } = await import('./stdout.ts')
      return streamDestination(options.stdout, await formats[options.format ?? 'airbyte'](options))
    },
  },
  jsonl: {
    writes: () => ['append', 'replace'],
    open: async (url, { state, registry }) => {
      const directory = url.slice('jsonl:'.length)
      if (directory === '') throw new ConfigError('ERR_OUTPUT_URL', `${url} names no directory; write ${destinationForms.jsonl}`)
      const { JsonlFolder } = await import('./jsonl.ts')
      return new JsonlFolder(directory, registry === 'committed' ? { committed: state ?? {} } : {})
    },
  },
  duckdb: {
    writes: () => WRITE_MODES,
    open: async (url, { tables, learnSchemas, clock, lockTimeoutMs }) => {
      const file = url.slice('duckdb:'.length)
      if (file === '') throw new ConfigError('ERR_OUTPUT_URL', `${url} names no file; write ${destinationForms.duckdb}`)
      const options = { layout: tables, learn: learnSchemas?.(), lockTimeoutMs, ...(clock ? { clock } : {}) }
      return (await import('./duckdb.ts')).duckdbDestination(file, options)
    },
  },
  postgres: { writes: () => WRITE_MODES, open: openPostgresTables },
  postgresql: { writes: () => WRITE_MODES, open: openPostgresTables },
}

async function openPostgresTables(
  url: string,
  { clock = systemClock, lease, tables, learnSchemas }: DestinationOptions,
): Promise<Destination> {
  const { postgresDestination } = await import('./postgres.ts')
  return postgresDestination(url, { clock, lease, layout: tables, learn: learnSchemas?.() })
}

/** Throws ConfigError ERR_OUTPUT_URL for a scheme that is not known or a URL that names no place. `-` is stdout. */
export async function openDestination(url: string, options: DestinationOptions): Promise<Destination> {
  return schemeOf(url).open(url, options)
}

/** Ways of writing that a place knows, before it is opened. Throws ConfigError ERR_OUTPUT_URL. */
export function writesOf(place: string | DestinationDefinition, options: Pick<DestinationOptions, 'format'>): WriteAbility {
  return typeof place === 'string' ? schemeOf(place).writes(options) : defineDestination(place).writes
}

function schemeOf(url: string): Scheme {
  const kind = { what: 'destination', code: 'ERR_OUTPUT_URL', forms: destinationForms }
  return byScheme(schemes, url === '-' ? 'stdout' : url, kind)
}

/** The destination of a run: one place, or several that all get everything. A place is a URL or a destination made elsewhere. */
export async function openDestinations(
  places: readonly (string | DestinationDefinition)[],
  options: DestinationOptions,
): Promise<Destination> {
  const destinations: Destination[] = []
  for (const place of places.length === 0 ? ['stdout'] : places) {
    destinations.push(typeof place === 'string' ? await openDestination(place, options) : defineDestination(place))
  }
  const [only] = destinations
  if (only && destinations.length === 1) return only
  const { tee } = await import('./tee.ts')
  return tee(destinations)
}
