import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vectorsFolder } from './shared.ts'
import waivers from './vectors-waivers.json' with { type: 'json' }

/** One observed input and outcome of the reference runtime. */
export interface Vector {
  readonly id: string
  readonly component: string
  readonly input: Readonly<Record<string, unknown>>
  /** A value, or `{ $exception: <class> }`: must throw. */
  readonly expected: unknown
}

/** Vectors of one file, such as `paginators.json`; none where the shared folder is missing. */
export function readVectors(file: string): readonly Vector[] {
  if (!vectorsFolder) return []
  const text = readFileSync(join(vectorsFolder, file), 'utf8')
  // Python writes infinite numbers as a word that JSON does not know; a number too large for a double becomes infinite.
  return JSON.parse(text.replaceAll(/: Infinity(?=[,}\]])/g, ': 1e999')) as readonly Vector[]
}

/** Why a vector is not held to, by file and id; undefined = it must pass. */
export function waiverOf(file: string, id: string): string | undefined {
  const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = waivers
  return reasons[file]?.[id]
}

export function throwsInReference({ expected }: Vector): boolean {
  return typeof expected === 'object' && expected !== null && '$exception' in expected
}
