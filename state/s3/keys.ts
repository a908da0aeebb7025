import { fileNameOf } from '../../framework/index.ts'
import type { Bucket } from './bucket.ts'

/** Everything that belongs to one connection, below the prefix of the registry. */
export interface ObjectKeys {
  readonly state: string
  readonly lock: string
  /** Start of the keys of earlier versions. */
  readonly history: string
  /** Start of the keys of its runs. */
  readonly runs: string
}

export function keysOf(connection: string): ObjectKeys {
  const name = fileNameOf(connection)
  return { state: `${name}.json`, lock: `${name}.lock`, history: `${name}.history/`, runs: `${name}.runs/` }
}

export const historyKey = ({ history }: ObjectKeys, version: number): string => `${history}${String(version).padStart(10, '0')}.json`

/** Numbers of the earlier versions kept, newest first. */
export async function historyVersions({ history }: ObjectKeys, bucket: Bucket): Promise<readonly number[]> {
  const keys = await bucket.list(history)
  return keys
    .map((key) => Number(/^(\d+)\.json$/.exec(key.slice(history.length))?.[1]))
    .filter((version) => version > 0)
    .sort((a, b) => b - a)
}
