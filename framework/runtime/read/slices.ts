import type { StreamSlice } from '../../components/read/retriever.ts'
import { defined } from '../../defined.ts'
import { ConfigError, ConnectorError, type ErrorContext } from '../../errors.ts'
import type { BoundStream } from '../assembly/bound-stream.ts'

/** What an error of a slice concerns. */
export function sliceContext(bound: BoundStream, { partition, window }: StreamSlice): ErrorContext {
  const range = window && Object.values(window.values)
  return {
    slice: { ...partition.values, ...window?.values },
    ...defined({ account_id: bound.info.accountId }),
    ...(range && range.length > 0 ? { date_range: range.join(' – ') } : {}),
  }
}

export function several(slices: Iterable<unknown>): boolean {
  const [, second] = slices
  return second !== undefined
}

export function heldPageInSlices(): ConfigError {
  const message = "the first page that a parent record holds ('lazy_read_pointer') is that of one slice; leave out 'step' of the cursor"
  return new ConfigError('ERR_MANIFEST_INVALID', message)
}

export function withoutFolder(stream: string): ConfigError {
  return new ConfigError('ERR_FILES_FOLDER', `the records of ${stream} come with files; name a folder for them with --files`)
}

export function duplicateRows(count: number, context: ErrorContext): ConnectorError {
  const message = `${count} rows came twice in one slice and were written once: the source moved them to a later page while it was read`
  return new ConnectorError('ERR_DUPLICATE_ROWS', message, { failureType: 'transient_error', context })
}
