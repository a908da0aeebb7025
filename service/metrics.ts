import { tokenHealth } from '../accounts/token-health.ts'
import type { AccountRecord } from '../framework/index.ts'
import type { RouteDependencies } from './dependencies.ts'
import { eachAccount } from './page-accounts.ts'

interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly samples: readonly Sample[]
}

type Sample = readonly [value: number, labels?: Readonly<Record<string, string>>]

/** Prometheus text: what this process did, and how the accounts are. Accounts are named by their ids. */
export async function metricsText({
  accounts,
  runner,
  clock,
  version = '',
}: Pick<RouteDependencies, 'accounts' | 'runner' | 'clock' | 'version'>): Promise<string> {
  const { totals, last } = runner
  const now = clock.now()
  const { byStatus, days, lags } = await accountSamples(accounts, now)
  const metrics: readonly Metric[] = [
    gauge('connector_info', 'Version of the package.', [[1, { version }]]),
    counter('connector_runs_total', 'Runs since the start.', [
      [totals.runs - totals.failures, { outcome: 'success' }],
      [totals.failures, { outcome: 'failure' }],
    ]),
    counter('connector_requests_total', 'Requests sent, retries included.', [[totals.requests]]),
    counter('connector_retries_total', 'Requests that were tries after the first.', [[totals.retries]]),
    counter('connector_rows_total', 'Rows written.', [[totals.rows]]),
    counter('connector_media_items_total', 'Rows written, as the destination counts them.', [
      [totals.inserted, { change: 'inserted' }],
      [totals.updated, { change: 'updated' }],
    ]),
    counter('connector_errors_total', 'Errors of accounts.', [[totals.errors]]),
    gauge('connector_running', '1 while a run is in progress.', [[runner.runningSince === undefined ? 0 : 1]]),
    gauge('connector_accounts', 'Accounts by status.', byStatus),
    gauge('connector_token_days_left', 'Whole days until the token expires; absent for tokens that do not.', days),
    gauge('connector_sync_lag_seconds', 'Since the last complete sync; absent before the first.', lags),
    ...(last
      ? [
          gauge('connector_last_run_timestamp_seconds', 'When the last run of this process ended.', [[Date.parse(last.timestamp) / 1000]]),
          gauge('connector_last_run_duration_seconds', 'How long it took.', [[last.duration_ms / 1000]]),
        ]
      : []),
    ...(typeof last?.usage_percent === 'number'
      ? [gauge('connector_usage_percent', 'Highest share of a quota that the provider reported in the last run.', [[last.usage_percent]])]
      : []),
  ]
  return metrics.map(textOf).join('')
}

async function accountSamples(registry: RouteDependencies['accounts'], now: number) {
  const counts = { active: 0, needs_login: 0, paused: 0 }
  const days: Sample[] = []
  const lags: Sample[] = []
  for await (const account of eachAccount(registry)) {
    counts[account.status] += 1
    days.push(...daysLeft(account, now))
    lags.push(...lag(account, now))
  }
  const byStatus = Object.entries(counts).map(([status, count]): Sample => [count, { status }])
  return { byStatus, days, lags }
}

const counter = (name: string, help: string, samples: readonly Sample[]): Metric => ({ name, type: 'counter', help, samples })
const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({ name, type: 'gauge', help, samples })

function daysLeft(account: AccountRecord, now: number): readonly Sample[] {
  const { daysLeft: days } = tokenHealth(account, { now })
  return days === undefined ? [] : [[days, { account: account.externalId }]]
}

function lag({ externalId, lastSyncedAt }: AccountRecord, now: number): readonly Sample[] {
  return lastSyncedAt === undefined ? [] : [[Math.max(0, Math.round((now - Date.parse(lastSyncedAt)) / 1000)), { account: externalId }]]
}

function textOf({ name, type, help, samples }: Metric): string {
  const lines = samples.map(([value, labels = {}]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
    return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

const escapeLabel = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
