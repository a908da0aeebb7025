import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { integerOrTemplate, listOrOne, optional, slot } from '../../manifest/definition/fields.ts'
import { Decoder } from '../decoders/decoder.ts'
import { Paginator, singlePage } from '../paginators/paginator.ts'
import { combineRouters } from '../partition-routers/combine-routers.ts'
import { RecordExtractor, RecordSelector } from '../read/extractor.ts'
import { PartitionRouter } from '../read/partition-router.ts'
import { Requester } from '../read/requester.ts'
import { Retriever, wholeStream } from '../read/retriever.ts'
import { type JobRequest, removeJob, runJob } from './async-job.ts'
import { type DownloadParts, downloadJob } from './download.ts'
import { JobStatuses } from './job-statuses.ts'

const DEFAULT_TIMEOUT_MINUTES = 60
const request = (description: string) => slot(Requester, { description, default_type: 'HttpRequester' })
const extractor = (description: string) => slot(RecordExtractor, { description, default_type: 'DpathExtractor' })

export const AsyncRetriever = defineComponent(Retriever, {
  type: 'AsyncRetriever',
  summary: 'Reads slices by jobs of the source: creates one per slice, polls it every 5 seconds, downloads its result.',
  fields: {
    creation_requester: { ...request('Creates the job; its answer is `creation_response` in the requests after it.'), optional: false },
    polling_requester: { ...request('Asks for the status; the last answer is `polling_response`.'), optional: false },
    download_requester: { ...request('Downloads a result; its address is `download_target`.'), optional: false },
    download_target_requester: optional(request('Asks where the result is, when the status does not say.')),
    url_requester: optional(request('The same under the name of early 2025.')),
    abort_requester: optional(request('Stops a job that took too long or is no longer needed.')),
    delete_requester: optional(request('Deletes a job whose records were read.')),
    status_mapping: slot(JobStatuses, { description: 'What the words for the status mean.', default_type: 'AsyncJobStatusMap' }),
    status_extractor: { ...extractor('Finds the word for the status in an answer.'), optional: false },
    download_target_extractor: optional(extractor('Finds the addresses of the results; without it there is one download and no address.')),
    urls_extractor: optional(extractor('The same under the name of early 2025.')),
    download_extractor: optional(extractor('Finds the records in a download; by default a download is made of records.')),
    download_paginator: optional(slot(Paginator, { description: 'Finds the next page of a download.', default_type: 'NoPagination' })),
    decoder: slot(Decoder, { description: 'Reads the answers about jobs.', default_type: 'JsonDecoder' }),
    download_decoder: slot(Decoder, {
      description: 'Reads the downloads. CSV and JSON lines, packed or not, are saved to a file first and may be of any size.',
      default_type: 'JsonDecoder',
    }),
    record_selector: slot(RecordSelector, {
      description: 'Filters, transforms and normalises the records; its extractor is not used.',
      default_type: 'RecordSelector',
    }),
    polling_job_timeout: optional(
      integerOrTemplate({ description: 'Minutes after which a running job is abandoned and created again; 60 by default.' }),
    ),
    failed_retry_wait_time_in_seconds: optional(
      integerOrTemplate({ description: 'Seconds to wait before a job that failed at the source is created again.' }),
    ),
    partition_router: optional(
      listOrOne(slot(PartitionRouter, { description: 'Divides the stream.' }), {
        description: 'Divides the stream into partitions, each with jobs of its own; several give every combination.',
      }),
    ),
  },
  examples: [
    {
      title: 'A report that is ordered, waited for and downloaded as CSV',
      manifest: {
        type: 'AsyncRetriever',
        creation_requester: {
          type: 'HttpRequester',
          url_base: 'https://api.example.com',
          path: 'reports',
          http_method: 'POST',
          request_body_json: { since: '{{ stream_interval.start_time }}' },
        },
        polling_requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'reports/{{ creation_response.id }}' },
        status_extractor: { type: 'DpathExtractor', field_path: ['status'] },
        status_mapping: { running: ['queued', 'running'], completed: ['done'], failed: ['failed'], timeout: ['expired'] },
        download_target_extractor: { type: 'DpathExtractor', field_path: ['files', '*', 'url'] },
        download_requester: { type: 'HttpRequester', url_base: '{{ download_target }}' },
        download_decoder: { type: 'GzipDecoder', decoder: { type: 'CsvDecoder' } },
        delete_requester: {
          type: 'HttpRequester',
          url_base: 'https://api.example.com',
          path: 'reports/{{ creation_response.id }}',
          http_method: 'DELETE',
        },
        record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
      },
    },
  ],
  create: (fields, { services, dialect, jobs: slots }) => {
    const routers = fields.partition_router ?? []
    const router = routers.length > 1 ? combineRouters(routers) : routers[0]
    const { clock, report } = services
    const jobs = {
      creation: fields.creation_requester,
      polling: fields.polling_requester,
      abort: fields.abort_requester,
      remove: fields.delete_requester,
      decoder: fields.decoder,
      status: fields.status_extractor,
      statuses: fields.status_mapping,
      timeoutMs: atLeast(1, fields.polling_job_timeout ?? DEFAULT_TIMEOUT_MINUTES, 'polling_job_timeout') * 60_000,
      afterFailureMs: atLeast(0, fields.failed_retry_wait_time_in_seconds ?? 0, 'failed_retry_wait_time_in_seconds') * 1000,
      // The reference sends partition and cursor only where a template names them.
      injects: dialect === 'native',
      earlierNames: fields.urls_extractor !== undefined,
      clock,
      report,
    }
    const download = { ...downloadParts(fields), jobs }
    const inTurn = async <T>({ stream, signal }: JobRequest, work: () => Promise<T>): Promise<T> => {
      const waiter = { stream, waits: true }
      const goOn = () => {
        if (waiter.waits) report.resumed({ stream })
        waiter.waits = false
      }
      report.waiting({ stream })
      try {
        return await slots.run(() => {
          goOn()
          return work()
        }, signal)
      } finally {
        goOn()
      }
    }
    return {
      partitioned: router !== undefined,
      grouped: routers.some((candidate) => candidate.grouped),
      async *partitions(scope, parentState) {
        if (router) yield* router.partitions(scope, parentState)
        else yield wholeStream(scope)
      },
      parentState: () => router?.parentState(),
      async *read(slice, options) {
        const request = { slice, stream: options.stream, signal: options.signal }
        const job = await inTurn(request, () => runJob(jobs, request))
        if (!job) return
        yield* downloadJob(download, job, { ...options, slice })
        await removeJob(jobs, job, request)
      },
    }
  },
})

interface DownloadFields {
  readonly download_requester: Requester
  readonly download_target_requester: Requester | undefined
  readonly url_requester: Requester | undefined
  readonly download_target_extractor: RecordExtractor | undefined
  readonly urls_extractor: RecordExtractor | undefined
  readonly download_extractor: RecordExtractor | undefined
  readonly download_paginator: Paginator | undefined
  readonly download_decoder: Decoder
  readonly record_selector: RecordSelector
}

function downloadParts(fields: DownloadFields): DownloadParts {
  const { download_paginator: paginator = singlePage, download_decoder: decoder, download_extractor } = fields
  const targets = fields.download_target_extractor ?? fields.urls_extractor
  const targetRequester = fields.download_target_requester ?? fields.url_requester
  if (targetRequester && !targets) {
    throw new ConfigError('ERR_MANIFEST_INVALID', "'download_target_requester' needs 'download_target_extractor'")
  }
  if ((download_extractor?.decoder ?? decoder).streamed && paginator !== singlePage) {
    throw new ConfigError('ERR_MANIFEST_INVALID', 'a paginator cannot look into the bodies of this decoder; leave download_paginator out')
  }
  const bodies: RecordExtractor = { extract: (body) => (Array.isArray(body) ? body : [body]) as ReturnType<RecordExtractor['extract']> }
  return {
    requester: fields.download_requester,
    ...{ paginator, decoder, targets, targetRequester },
    extractor: download_extractor ?? bodies,
    selector: fields.record_selector,
  }
}

function atLeast(least: number, value: number, name: string): number {
  if (value >= least) return value
  throw new ConfigError('ERR_MANIFEST_INVALID', `'${name}' is at least ${least}, found ${value}`)
}
