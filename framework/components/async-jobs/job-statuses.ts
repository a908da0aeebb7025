import { defineFamily } from '../../manifest/definition/component.ts'

/** What has become of a job. `skipped`: the source has no data for it. */
export type JobStatus = 'running' | 'completed' | 'failed' | 'timeout' | 'skipped'

/** What the words of a source say about a job. */
export interface JobStatuses {
  /** undefined for a word that the manifest does not know. */
  meaning(word: string): JobStatus | undefined
  /** Every word, for messages. */
  readonly words: readonly string[]
}
export const JobStatuses = defineFamily<JobStatuses>('JobStatuses', "Translates a source's words for the status of a job.")
