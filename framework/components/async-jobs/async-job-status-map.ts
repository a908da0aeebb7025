import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, string } from '../../manifest/definition/fields.ts'
import { type JobStatus, JobStatuses } from './job-statuses.ts'

const words = (description: string) => list(string({ description: 'A word of the source.' }), { description })

export const AsyncJobStatusMap = defineComponent(JobStatuses, {
  type: 'AsyncJobStatusMap',
  summary: "Maps a source's job statuses to ours. A status that is not listed is an error.",
  fields: {
    running: words('The job is under way; it is asked for again after 5 seconds.'),
    completed: words('The result can be downloaded.'),
    failed: words('The job failed; it is created again, three times in all.'),
    timeout: words('The source gave up on the job; it is aborted and created again, three times in all.'),
    skipped: optional(words('The job has no data: nothing is downloaded and nothing is retried.')),
  },
  examples: [
    {
      title: 'The words of a report API',
      manifest: {
        type: 'AsyncJobStatusMap',
        running: ['IN_QUEUE', 'IN_PROGRESS'],
        completed: ['DONE'],
        failed: ['FATAL'],
        timeout: [],
        skipped: ['CANCELLED'],
      },
    },
  ],
  create: ({ running, completed, failed, timeout, skipped = [] }) => {
    const meanings = new Map<string, JobStatus>()
    for (const [status, known] of Object.entries({ running, completed, failed, timeout, skipped })) {
      for (const word of known) {
        const other = meanings.get(word)
        if (other) throw new ConfigError('ERR_MANIFEST_INVALID', `the status '${word}' means both ${other} and ${status}`)
        meanings.set(word, status as JobStatus)
      }
    }
    return { meaning: (word) => meanings.get(word), words: [...meanings.keys()] }
  },
})
