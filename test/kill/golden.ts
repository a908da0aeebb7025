import type { Asked } from './asked.ts'
import { openPlace, type Servers } from './place.ts'
import { type Extent, runReader } from './reader.ts'
import { counted, type FoundRow, type Rows } from './rows.ts'
import type { Scenario } from './scenario.ts'
import { settle } from './settle.ts'
import { openSource } from './source.ts'

/** What an undisturbed read of a world gives. */
export interface Golden {
  readonly extent: Extent
  readonly asked: Asked
  /** Streams that were read. */
  readonly streams: number
  readonly rows: ReadonlyMap<string, number>
  /** Rows that an interruption may repeat, by stream: of the largest page, and of the cursor value at which a read goes on. */
  readonly repeatable: ReadonlyMap<string, number>
}

type World = Pick<Scenario, 'product' | 'output' | 'registry' | 'world' | 'concurrency'>

/** Read once per world, output, registry and concurrency. */
export class Goldens {
  readonly #servers: Servers
  readonly #read = new Map<string, Promise<Golden>>()

  constructor(servers: Servers) {
    this.#servers = servers
  }

  of({ product, output, registry, world, concurrency }: World): Promise<Golden> {
    const name = JSON.stringify([product, output, registry, world, concurrency])
    const known = this.#read.get(name) ?? readGolden({ product, output, registry, world, concurrency }, this.#servers)
    this.#read.set(name, known)
    return known
  }
}

async function readGolden({ product, output, registry, world, concurrency }: World, servers: Servers): Promise<Golden> {
  const source = await openSource(product, world)
  const place = await openPlace({ output, registry, disturbances: [] }, servers)
  try {
    place.proxy?.watch(Number.POSITIVE_INFINITY, () => undefined)
    const { code, stdout, stderr, seconds } = await runReader({ source, place, concurrency })
    if (code !== 0) throw new Error(`the undisturbed read of ${product} into ${output} ended with ${code}: ${stderr.slice(-2000)}`)
    place.take(stdout)
    const { code: end, stderr: said } = await settle({ source, place, concurrency }, product)
    if (end !== 0) throw new Error(`a further read of ${product} into ${output} ended with ${end}: ${said.slice(-2000)}`)
    const rows = await place.rows()
    const { largest, total } = place.sizes()
    const bytes = { stdout: Buffer.byteLength(stdout), database: place.proxy?.bytes ?? 0 }
    const extent = { requests: source.requests, ...bytes, seconds, largestFile: largest, allFiles: total }
    return { extent, asked: source.asked, streams: streamsOf(stderr), rows: counted(rows), repeatable: repeatableRows(rows) }
  } finally {
    await place.close()
    await source.close()
  }
}

/** Rows of one page were read at one moment. */
function repeatableRows(rows: Rows): ReadonlyMap<string, number> {
  const pages = largestGroups(rows, ({ at }) => at)
  const seams = largestGroups(rows, ({ cursor }) => cursor)
  return new Map(Array.from(pages, ([place, size]) => [place, size + (seams.get(place) ?? 0)]))
}

function largestGroups(rows: Rows, groupOf: (row: FoundRow) => string): ReadonlyMap<string, number> {
  const groups = new Map<string, number>()
  const largest = new Map<string, number>()
  for (const row of rows) {
    const group = `${row.place} ${groupOf(row)}`
    const size = (groups.get(group) ?? 0) + 1
    groups.set(group, size)
    if (size > (largest.get(row.place) ?? 0)) largest.set(row.place, size)
  }
  return largest
}

/** The last line is the summary. */
function streamsOf(stderr: string): number {
  const { streams } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as { readonly streams: unknown }
  return Array.isArray(streams)
    ? streams.length
    : Object.values(streams as Readonly<Record<string, number>>).reduce((sum, count) => sum + count, 0)
}
