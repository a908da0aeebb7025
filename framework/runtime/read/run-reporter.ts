import type { Clock } from '../../clock.ts'
import type { Reporter } from '../../report.ts'
import type { Item } from '../ports/items.ts'
import { describeError, type Run } from '../ports/run.ts'
import { errorItem, logItem, rateLimitedItem } from './trace.ts'

/** Where log lines for people go: the command line gives a pino logger, tests a list. */
export interface Logger {
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void
}

type WaitWatch = (stream: string, wait: 'begins' | 'ends') => void

/** A reporter whose findings also travel down the pipeline, once it is open. */
export interface RunReporter extends Reporter {
  attach(post: (item: Item) => void): void
  /** Tells when a request of a stream begins and ends to wait for its provider. */
  watchWaits(watch: WaitWatch): void
}

/**
 * Findings are counted in the run and logged once each; errors become TRACE messages and warnings LOG messages for the platform.
 * What is found before the pipeline is open (discovery) is posted when it opens.
 */
export function createRunReporter(run: Run, clock: Clock, logger: Logger): RunReporter {
  const waiting: Item[] = []
  let post = (item: Item): void => void waiting.push(item)
  let watch: WaitWatch = () => undefined
  return {
    watchWaits(watcher) {
      watch = watcher
    },
    attach(target) {
      post = target
      for (const item of waiting.splice(0)) target(item)
    },
    log: (level, message, fields) => logger.log(level, message, fields),
    finding(finding) {
      if (!run.note(finding)) return
      const { message, ...fields } = describeError(finding.error)
      logger.log(finding.severity === 'error' ? 'error' : 'warn', message, fields)
      post(finding.severity === 'error' ? errorItem(finding.error, clock.now()) : logItem('WARN', message))
    },
    rateLimited({ stream, seconds }) {
      logger.log('warn', `rate limited: waiting ${Math.ceil(seconds)} s`, stream === undefined ? {} : { stream })
      if (stream === undefined) return
      post(rateLimitedItem(stream, clock.now()))
      watch(stream, 'begins')
    },
    waiting({ stream }) {
      if (stream !== undefined) watch(stream, 'begins')
    },
    resumed({ stream }) {
      if (stream !== undefined) watch(stream, 'ends')
    },
  }
}
