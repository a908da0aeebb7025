import type { ConnectorError, Logger, PageItem, SchemaRegistry, StreamInfo } from '../framework/index.ts'
import { silentReporter } from '../framework/report.ts'
import { parseContract } from '../schemas/contract.ts'
import { deadLetterFile } from '../schemas/dead-letters.ts'
import { openSchemaWatch } from '../schemas/watch.ts'

/** One watch over what all accounts of a run send. */
export interface SyncDrift {
  /** Before the first page of these streams. */
  follow(streams: readonly StreamInfo[]): Promise<void>
  inspect(page: PageItem): PageItem | undefined
  /** Registers what was learned; gives what changed, in words. */
  finish(): Promise<readonly ConnectorError[]>
}

export interface SyncDriftOptions {
  readonly connection: string
  readonly runId: string
  readonly logger: Logger
}

/** Schemas evolve in a sync: nothing is discarded, and a person is told what changed. */
export async function openSyncDrift(registry: SchemaRegistry, { connection, runId, logger }: SyncDriftOptions): Promise<SyncDrift> {
  const found: ConnectorError[] = []
  const watch = await openSchemaWatch([], {
    ...{ registry, connection, contract: parseContract([]), deadLetters: deadLetterFile('dead-letters', connection, runId) },
    report: {
      ...silentReporter,
      log: (level, message, data) => logger.log(level, message, data ?? {}),
      finding: ({ error }) => void found.push(error),
    },
  })
  return {
    follow: (streams) => watch.follow(streams),
    inspect: (page) => watch.inspect(page),
    finish: async () => {
      await watch.finish('complete')
      return found
    },
  }
}
