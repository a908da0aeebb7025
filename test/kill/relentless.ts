import type { Asked } from './asked.ts'
import { openPlace, type Servers } from './place.ts'
import { type Ended, runReader } from './reader.ts'
import type { OutputKind, Product, RegistryKind } from './scenario.ts'
import { openSource } from './source.ts'

export interface Relentless {
  readonly product: Product
  readonly output: OutputKind
  readonly registry: RegistryKind
  readonly world: number
  readonly concurrency: number
  /** Requests of a run before it is killed, discovery included. */
  readonly every: number
  /** Runs after which it has not ended. */
  readonly most: number
}

export interface Endurance {
  readonly kills: number
  readonly ended: boolean
  readonly asked: Asked
  readonly runs: readonly Ended[]
}

/** Kills a read again and again until one of its runs comes to the end. */
export async function endure({ every, most, ...read }: Relentless, servers: Servers): Promise<Endurance> {
  const source = await openSource(read.product, read.world)
  const place = await openPlace({ ...read, disturbances: [] }, servers)
  const runs: Ended[] = []
  try {
    while (runs.length <= most) {
      const moment = { of: 'requests', part: every, wait: 0 } as const
      const extent = { requests: 1, stdout: 0, database: 0, seconds: 0, largestFile: 0, allFiles: 0 }
      const ended = await runReader({ source, place, concurrency: read.concurrency }, { kind: 'kill', moment }, extent)
      place.take(ended.stdout)
      runs.push(ended)
      if (ended.signal !== 'SIGKILL') break
    }
    const ended = runs.at(-1)?.code === 0
    return { kills: runs.length - 1, ended, asked: source.asked, runs }
  } finally {
    await place.close()
    await source.close()
  }
}
