import { defineFamily } from '../../manifest/definition/component.ts'

/** When the pages of a slice begin again, and with which slice. */
export interface PageReset {
  /** With the part of the slice that is not read yet, as the cursor knows it; else with the whole slice once more. */
  readonly split: boolean
  /** Records after which they begin again; undefined: only when a response says so. */
  readonly records: number | undefined
}
export const PageReset = defineFamily<PageReset>('PaginationReset', 'When the pagination of a slice restarts.')

export const PageResetLimits = defineFamily<{ readonly records: number | undefined }>(
  'PaginationResetLimits',
  'How much of a slice may be read before its pagination restarts.',
)
