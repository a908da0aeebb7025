import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectorError } from '../../errors.ts'
import { describe } from '../../manifest/definition/build.ts'
import type { Decoder } from '../decoders/decoder.ts'
import { type Paginator, singlePage } from '../paginators/paginator.ts'
import type { RecordExtractor, RecordSelector } from '../read/extractor.ts'
import type { Requester } from '../read/requester.ts'
import { type Page, type ReadOptions, type StreamSlice, sliceScope } from '../read/retriever.ts'
import { readPages } from '../retrievers/read-pages.ts'
import { type FinishedJob, type JobParts, send } from './async-job.ts'
import { withExtra } from './job-responses.ts'

export interface DownloadParts {
  readonly requester: Requester
  readonly paginator: Paginator
  readonly decoder: Decoder
  readonly extractor: RecordExtractor
  /** Filters, transforms and normalises; its own extractor has no part in a download. */
  readonly selector: RecordSelector
  /** Finds the targets; absent: one download without a target. */
  readonly targets: RecordExtractor | undefined
  /** Asked for the targets; absent: they stand in the last answer about the status. */
  readonly targetRequester: Requester | undefined
}

/** The records of a finished job, target after target. A file that can be read in pieces goes through the disk and needs little memory. */
export async function* downloadJob(
  parts: DownloadParts & { readonly jobs: JobParts },
  job: FinishedJob,
  options: ReadOptions & { readonly slice: StreamSlice },
): AsyncGenerator<Page> {
  for (const target of await targetsOf(parts, job, options)) {
    yield* downloadTarget(parts, withExtra(job.slice, { download_target: target, url: target }), options)
  }
}

async function targetsOf(
  { targets, targetRequester, jobs }: DownloadParts & { readonly jobs: JobParts },
  job: FinishedJob,
  { stream, signal }: ReadOptions,
): Promise<readonly string[]> {
  if (!targets) return ['']
  const { body } = targetRequester ? await send(jobs, targetRequester, { slice: job.slice, stream, signal }) : job.polled
  return targets.extract(body).map((target: unknown) => {
    if (typeof target === 'string') return target
    throw new ConnectorError('ERR_ASYNC_TARGET', `expected the address of a download, found ${describe(target)}`)
  })
}

async function* downloadTarget(
  parts: DownloadParts & { readonly jobs: JobParts },
  target: StreamSlice,
  options: ReadOptions & { readonly slice: StreamSlice },
): AsyncGenerator<Page> {
  const { paginator, requester, jobs } = parts
  const decoder = parts.extractor.decoder ?? parts.decoder
  const reader = { paginator, decoder, selector: selectorOf(parts, options.slice), onlyFirst: true, report: jobs.report }
  if (!decoder.piecewise || paginator !== singlePage) return yield* readPages({ ...reader, requester }, bare(target), options)
  const folder = await mkdtemp(join(tmpdir(), 'connector-'))
  try {
    const saveTo = join(folder, 'download')
    const saving = { ...requester, send: (context: Parameters<Requester['send']>[0]) => requester.send({ ...context, saveTo }) }
    yield* readPages({ ...reader, requester: saving }, bare(target), options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Partition and cursor were told to the source when the job was created. */
function bare(slice: StreamSlice): StreamSlice {
  const { window } = slice
  return { partition: { ...slice.partition, parts: {} }, window: window && { ...window, parts: {} } }
}

/** Extracts like the download says and continues like the stream says. Filters see the slice, without what the job added to it. */
function selectorOf({ extractor, selector }: DownloadParts, slice: StreamSlice): RecordSelector {
  const scope = { ...sliceScope(slice), next_page_token: null }
  const found = (bodies: readonly unknown[]): readonly unknown[] =>
    extractor.decoder ? bodies : bodies.flatMap((body) => [...extractor.extract(body)])
  return {
    select: (bodies, _, stages) => selector.refine(found(bodies), scope, stages),
    refine: selector.refine,
    verify: (bodies) => void found(bodies),
  }
}
