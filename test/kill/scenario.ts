import { type Random, randomOf } from './random.ts'

export const products = ['facebook_pages', 'instagram_graph', 'instagram_login', 'instagram_posts'] as const
export type Product = (typeof products)[number]

export const outputs = ['stdout', 'jsonl', 'duckdb', 'postgres'] as const
export type OutputKind = (typeof outputs)[number]

/** Where states are: `none` stands for a platform that keeps the STATE messages of stdout and hands them back as a file. */
export type RegistryKind = 'none' | 'file' | 'postgres' | 's3'

/**
 * When a run is disturbed: after a part (0 to 1) of what an undisturbed read does. Counted in requests at the sandbox, bytes on stdout, bytes
 * sent to the database and bytes in a file, so that a seed comes to nearly the same moment again; `wait` adds milliseconds.
 */
export type Moment = { readonly of: 'requests' | 'stdout' | 'database'; readonly part: number; readonly wait: number }

/** What is done to a run. */
export type Disturbance =
  | { readonly kind: 'kill' | 'terminate' | 'close-stdout' | 'cut-database'; readonly moment: Moment }
  /** The kernel refuses what would make a file larger. */
  | { readonly kind: 'file-limit'; readonly part: number }
  | { readonly kind: 'disk-full'; readonly part: number }
  | { readonly kind: 'deadline' | 'budget'; readonly part: number }

export interface Scenario {
  readonly seed: number
  readonly product: Product
  readonly output: OutputKind
  readonly registry: RegistryKind
  /** Seed of the world that is read. */
  readonly world: number
  readonly concurrency: number
  readonly disturbances: readonly Disturbance[]
}

export interface Means {
  /** Whether a small file system can be mounted. */
  readonly mounts: boolean
  /** Different worlds. */
  readonly worlds: number
  /** Disturbances in a row, at most. */
  readonly most: number
  /** Those that seeds take turns at. */
  readonly products: readonly Product[]
}

/** Everything about a run follows from its seed; seeds next to each other take turns at connectors and outputs. */
export function scenarioOf(seed: number, { mounts, worlds, most, products }: Means): Scenario {
  const random = randomOf(seed)
  const product = products[seed % products.length] ?? 'facebook_pages'
  const output = outputs[Math.floor(seed / products.length) % outputs.length] ?? 'stdout'
  const registry = registryFor(output, random)
  const place = { output, registry, mounts }
  return {
    ...{ seed, product, output, registry },
    world: 1 + random.between(0, worlds - 1),
    concurrency: random.pick([1, 4, 8]),
    disturbances: Array.from({ length: random.between(1, most) }, () => disturbanceOf(place, random)),
  }
}

function registryFor(output: OutputKind, random: Random): RegistryKind {
  if (output === 'stdout') return 'none'
  if (output === 'postgres') return random.pick<RegistryKind>(['postgres', 'postgres', 'file'])
  return random.pick<RegistryKind>(['file', 'file', 's3', 'postgres'])
}

type Place = Pick<Scenario, 'output' | 'registry'> & Pick<Means, 'mounts'>

function disturbanceOf(place: Place, random: Random): Disturbance {
  const kind = random.pick(kindsFor(place))
  const part = random.next()
  if (kind === 'file-limit' || kind === 'disk-full' || kind === 'deadline' || kind === 'budget') return { kind, part }
  if (kind === 'close-stdout') return { kind, moment: { of: 'stdout', part, wait: 0 } }
  if (kind === 'cut-database') return { kind, moment: { of: 'database', part, wait: 0 } }
  return { kind, moment: momentOf(place, random, part) }
}

/** Half of all disturbances are kills. */
function kindsFor({ output, registry, mounts }: Place): readonly [Disturbance['kind'], ...Disturbance['kind'][]] {
  const others: Disturbance['kind'][] = ['terminate', 'terminate', 'deadline', 'budget']
  if (output === 'stdout') others.push('close-stdout', 'close-stdout')
  if (output === 'postgres' || registry === 'postgres') others.push('cut-database', 'cut-database')
  if (output === 'jsonl' || output === 'duckdb') others.push('file-limit', ...(mounts ? (['disk-full'] as const) : []))
  return ['kill', ...others.map(() => 'kill' as const), ...others]
}

function momentOf({ output, registry }: Place, random: Random, part: number): Moment {
  const counted: Moment['of'][] = ['requests']
  if (output === 'stdout') counted.push('stdout')
  if (output === 'postgres' || registry === 'postgres') counted.push('database')
  const [first = 'requests', ...rest] = counted
  return { of: random.pick([first, ...rest]), part, wait: random.pick([0, 0, 1, 2, 5, 10, 20]) }
}
