import { fits, isDefault, type Metric, metricsOf } from '../../../connectors/meta/metrics/catalogue.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import type { Sandbox } from '../../../sandbox/sandbox.ts'

export const BREAKDOWNS = ['media_product_type', 'follow_type', 'contact_button_type'] as const
const TIMEFRAMES = ['this_week', 'this_month'] as const
const DIMENSIONS = ['age', 'city', 'country', 'gender'] as const
const AUDIENCES = ['follower_demographics', 'engaged_audience_demographics', 'reached_audience_demographics']

const utc = (time: string) => time.replace('+0000', '+00:00')

export interface Wanted {
  readonly account: string
  /** `YYYY-MM-DD`, Pacific. */
  readonly from: string
  readonly to?: string
}

/** Rows by kind that a complete reader has found, computed without the connector. */
export function expectedRows(sandbox: Sandbox, wanted: Wanted): Record<string, Row[]> {
  const of = (period: 'day' | 'week' | 'days_28', breakdown?: string) => insights(sandbox, wanted, { period, breakdown })
  return {
    account_insights: of('day'),
    account_insights_week: of('week'),
    account_insights_days_28: of('days_28'),
    ...Object.fromEntries(BREAKDOWNS.map((breakdown) => [`account_insights_by_${breakdown}`, of('day', breakdown)])),
    account_demographics: demographics(sandbox, wanted.account),
    online_followers: onlineFollowers(sandbox, wanted),
  }
}

interface Way {
  readonly period: 'day' | 'week' | 'days_28'
  readonly breakdown: string | undefined
}

function defaultMetrics(sandbox: Sandbox, way: Way): Metric[] {
  const today = sandbox.clock.now().toISOString().slice(0, 10)
  return metricsOf(['ig_user']).filter((entry) => isDefault(entry, today) && fits(entry, way))
}

function insights(sandbox: Sandbox, { account, ...days }: Wanted, { period, breakdown }: Way): Row[] {
  return defaultMetrics(sandbox, { period, breakdown }).flatMap(({ metric }) =>
    sandbox.truth
      .accountInsights({ account, metric, period, ...days, ...(breakdown === undefined ? {} : { breakdown: [breakdown] }) })
      .map((row) => ({
        ig_user_id: account,
        metric,
        period,
        end_time: utc(row.end_time),
        metric_date: row.day,
        ...(breakdown === undefined ? {} : { [breakdown]: row.dimension_values?.[0] }),
        value: row.value,
      })),
  )
}

function demographics(sandbox: Sandbox, account: string): Row[] {
  const day = sandbox.clock.now().toISOString().slice(0, 10)
  return AUDIENCES.flatMap((metric) =>
    DIMENSIONS.flatMap((breakdown) =>
      TIMEFRAMES.flatMap((timeframe) =>
        sandbox.truth.demographics({ account, metric, dimensions: [breakdown], timeframe }).map(({ dimension_values, value }) => ({
          ig_user_id: account,
          metric,
          period: 'lifetime',
          timeframe,
          breakdown,
          breakdown_value: dimension_values[0],
          end_time: `${day}T00:00:00+00:00`,
          metric_date: day,
          value,
        })),
      ),
    ),
  )
}

function onlineFollowers(sandbox: Sandbox, { account }: Wanted): Row[] {
  return sandbox.truth.onlineFollowers(account).flatMap(({ end_time, value }) => {
    if (Object.keys(value).length === 0) return []
    const day = new Date(Date.parse(end_time.replace('+0000', 'Z')) - 43_200_000).toISOString().slice(0, 10)
    return [
      {
        ig_user_id: account,
        metric: 'online_followers',
        period: 'lifetime',
        end_time: utc(end_time),
        metric_date: day,
        value_map: value,
      },
    ]
  })
}

/** The same rows in any order are the same table. */
export const sorted = (rows: readonly object[] = []): string[] => rows.map((row) => JSON.stringify(row)).sort()
