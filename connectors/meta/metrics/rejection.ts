import { defined } from '../../../framework/defined.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import type { Rejection } from './bisect.ts'

const REFUSALS: Readonly<Record<string, Rejection>> = {
  ERR_METRIC_REFUSED: 'name',
  ERR_METRIC_UNSUPPORTED: 'name',
  ERR_PERIOD_REFUSED: 'name',
  ERR_METRIC_PERMISSION: 'unclear',
  ERR_PERMISSION: 'unclear',
  ERR_PARAMETER: 'unclear',
  ERR_PROVIDER_UNKNOWN: 'unclear',
  ERR_TOO_MUCH_DATA: 'size',
}

/** Whether a refused call may pass without some of its metrics; undefined: the metrics have nothing to do with it. */
export function classifyRejection(error: unknown): Rejection | undefined {
  return error instanceof ConnectorError ? REFUSALS[error.code] : undefined
}

/** The range is too wide for one call. */
export function isTooWide(error: unknown): boolean {
  return error instanceof ConnectorError && (error.code === 'ERR_WINDOW_TOO_WIDE' || error.code === 'ERR_TOO_MUCH_DATA')
}

/** A right is missing, for one metric or for everything. */
export function isForbidden(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && (error.code === 'ERR_PERMISSION' || error.code === 'ERR_METRIC_PERMISSION')
}

export interface RefusedMetrics {
  readonly object: string
  readonly account: string
  readonly names: readonly string[]
  readonly item?: string
  readonly range?: string | undefined
  readonly reason: unknown
}

/** The diagnostic about metrics that are left out from here on: who refused what, for which days, and why. */
export function rejectionDiagnostic({ object, account, names, item, range, reason }: RefusedMetrics): {
  severity: 'error'
  error: ConnectorError
} {
  const whom = item === undefined ? `account ${account}` : `${item} of account ${account}`
  const why = reason instanceof Error ? reason.message : String(reason)
  const days = range === undefined ? '' : ` (${range})`
  const error = new ConnectorError(
    reason instanceof ConnectorError ? reason.code : 'ERR_METRIC_REFUSED',
    `${object} metric ${names.join(', ')} is refused for ${whom}${days} and left out of this run: ${why}`,
    {
      failureType: 'config_error',
      cause: reason,
      context: {
        account_id: account,
        metric: names.join(','),
        ...defined({ media_id: item, date_range: range }),
      },
    },
  )
  return { severity: 'error', error }
}
