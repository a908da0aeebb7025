/**
 * `append` adds rows and changes none. `merge` updates the row with the same key and adds the others. `replace` keeps the old rows until
 * the stream is complete; then its new rows take their place at once.
 */
export const WRITE_MODES = ['append', 'merge', 'replace'] as const
export type WriteMode = (typeof WRITE_MODES)[number]

/** How the rows of one stream are written. */
export type StreamWrite = { readonly mode: 'append' | 'merge' } | Replacing

export interface Replacing {
  readonly mode: 'replace'
  /** Names the rows that replace the old ones. A run that resumes an interrupted one gives the same name. */
  readonly refresh: string
  /** Rows of an earlier run with the same name are part of it; otherwise there are none. */
  readonly resumed: boolean
}
