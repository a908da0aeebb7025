import { existsSync, readdirSync } from 'node:fs'
import { outcomes } from '../framework/components/check-vectors.ts'
import { vectorsFolder } from '../shared.ts'
import { readVectors } from '../vectors.ts'
import { adapters } from './adapters.ts'

/** How the recordings of one kind fared. */
export interface Row {
  readonly file: string
  readonly component: string
  readonly recorded: number
  readonly passed: number
  /** `<id>: <what differs>` */
  readonly failed: readonly string[]
  /** Reasons of waivers that are needed. */
  readonly waived: readonly string[]
  /** Recordings of what has no counterpart here, or that nothing runs. */
  readonly leftOut: number
}

type Status = { readonly kind: 'passed' } | { readonly kind: 'failed' | 'waived'; readonly why: string }

/** One row per component of every file of vectors. */
export async function countVectors(): Promise<readonly Row[]> {
  const files = vectorsFolder && existsSync(vectorsFolder) ? readdirSync(vectorsFolder).filter((name) => name.endsWith('.json')) : []
  const rows: Row[] = []
  for (const file of files.filter((name) => name !== 'protocol_transcripts.json').sort()) rows.push(...(await countFile(file)))
  return rows
}

async function countFile(file: string): Promise<readonly Row[]> {
  const statuses = new Map<string, Status>()
  for (const check of adapters.filter((candidate) => candidate.file === file)) {
    for (const { id, difference, waiver } of await outcomes(check)) {
      // Where two adapters run a vector, it has to pass both.
      const status = statusOf(id, difference, waiver)
      if (status.kind !== 'passed' || !statuses.has(id)) statuses.set(id, status)
    }
  }
  const vectors = readVectors(file)
  return [...new Set(vectors.map(({ component }) => component))].map((component) => {
    const own = vectors.filter((vector) => vector.component === component).map(({ id }) => statuses.get(id))
    const why = (kind: Status['kind']) => own.flatMap((status) => (status?.kind === kind && status.kind !== 'passed' ? [status.why] : []))
    const passed = own.filter((status) => status?.kind === 'passed').length
    const leftOut = own.filter((status) => status === undefined).length
    return { file, component, recorded: own.length, passed, failed: why('failed'), waived: why('waived'), leftOut }
  })
}

function statusOf(id: string, difference: string | undefined, waiver: string | undefined): Status {
  if (waiver !== undefined) {
    return difference === undefined ? { kind: 'failed', why: `${id}: passes; its waiver is not needed` } : { kind: 'waived', why: waiver }
  }
  return difference === undefined ? { kind: 'passed' } : { kind: 'failed', why: `${id}: ${difference}` }
}
