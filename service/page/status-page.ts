import { html } from 'hono/html'
import type { SyncLogEntry } from '../../framework/index.ts'
import { barChart } from './chart.ts'
import { type Html, layout } from './layout.ts'
import type { AccountLine, DayCount, StatusData } from './status-data.ts'
import { ago, grouped, minuteOf, visible } from './text.ts'

export interface PageOptions {
  readonly version: string | undefined
  readonly canConnect: boolean
  readonly canSync: boolean
}

/** The status page: nothing in it runs, and everything that comes from outside is text. */
export function statusPage(data: StatusData, options: PageOptions): Html {
  return layout(
    'Status',
    html`${tiles(data)}${warnings(data)}${accounts(data)}${charts(data.days)}${history(data)}${actions(data, options)}`,
    options,
  )
}

function tiles({ accounts: lines, counts, runs, runningSince, now }: StatusData): Html {
  const lost = counts.needingLogin
  const [last] = runs
  const soon = lines.filter(({ token }) => token.state === 'due' || token.state === 'expired').length
  const state = runningSince === undefined ? (last ? ago(last.finishedAt, now) : 'never') : 'running now'
  return html`<dl class="tiles">
    ${tile('Active accounts', grouped(counts.active), '')}
    ${tile('Need a login', grouped(lost), lost > 0 ? 'bad' : 'good')}
    ${tile('Tokens due', grouped(soon), soon > 0 ? 'warn' : 'good')}
    ${tile('Last run', state, last && !last.success ? 'warn' : '')}
  </dl>`
}

const tile = (name: string, value: string, tone: string): Html => html`<div class="tile ${tone}"><dt>${name}</dt><dd>${value}</dd></div>`

function warnings({ warnings: lines }: StatusData): Html {
  if (lines.length === 0) return html``
  return html`<section class="notice" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2><ul>${lines.map((line) => html`<li>${visible(line)}</li>`)}</ul></section>`
}

function accounts({ accounts: lines, counts, now }: StatusData): Html {
  const empty = html`<p>There are no accounts yet. Add one with <code>connector accounts add</code>.</p>`
  const rest =
    counts.total > lines.length
      ? html`<p>The first ${grouped(lines.length)} of ${grouped(counts.total)} accounts. <code>connector accounts list</code> and <code>/metrics</code> have all of them.</p>`
      : html``
  const table = html`<table class="stack" role="table">
    <caption>Accounts, in the order in which they are read. Rows and errors are of the last 30 days.</caption>
    <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Account</th><th role="columnheader" scope="col">Status</th><th role="columnheader" scope="col">Last sync</th><th role="columnheader" scope="col" class="number">Rows</th><th role="columnheader" scope="col" class="number">Errors</th><th role="columnheader" scope="col">Token</th><th role="columnheader" scope="col">Next refresh</th></tr></thead>
    <tbody role="rowgroup">${lines.map((line) => accountRow(line, now))}</tbody>
  </table>`
  return html`<section aria-labelledby="accounts"><h2 id="accounts">Accounts</h2>${lines.length > 0 ? table : empty}${rest}</section>`
}

const STATUS = { active: ['Active', 'good'], needs_login: ['Needs a login', 'bad'], paused: ['Paused', ''] } as const

function accountRow({ account, token, nextRefresh, rows, errors, lastError }: AccountLine, now: number): Html {
  const [label, tone] = STATUS[account.status]
  const synced = account.lastSyncedAt
  const time = synced === undefined ? 'never' : html`<time datetime="${synced}" title="${minuteOf(synced)}">${ago(synced, now)}</time>`
  const reason = lastError === undefined ? '' : html`<span class="reason">${visible(lastError)}</span>`
  const tokenTone = token.state === 'expired' ? 'bad' : token.state === 'due' ? 'warn' : ''
  return html`<tr role="row">
    <th role="rowheader" scope="row"><bdi>${visible(account.name)}</bdi><span class="quiet">${visible(account.externalId)}</span></th>
    <td role="cell" data-label="Status"><span class="badge ${tone}">${label}</span>${reason}</td>
    <td role="cell" data-label="Last sync">${time}</td>
    <td role="cell" data-label="Rows" class="number">${grouped(rows)}</td>
    <td role="cell" data-label="Errors" class="number">${grouped(errors)}</td>
    <td role="cell" data-label="Token"><span class="badge ${tokenTone}">${token.text}</span></td>
    <td role="cell" data-label="Next refresh">${nextRefresh ?? '–'}</td>
  </tr>`
}

function charts(days: readonly DayCount[]): Html {
  const posts = days.map(({ day, posts: value }) => ({ day, value }))
  const calls = days.map(({ day, requests: value }) => ({ day, value }))
  return html`<section aria-labelledby="days"><h2 id="days">Day by day</h2>
    <div class="cards">
      ${barChart({ id: 'chart-rows', title: 'Posts and insights per day', unit: 'rows', values: posts })}
      ${barChart({ id: 'chart-calls', title: 'Calls per day', unit: 'calls', values: calls })}
    </div>
    <details><summary>The same as a table</summary>
      <table><caption>Rows written and calls made, by UTC day</caption>
      <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Day</th><th role="columnheader" scope="col" class="number">Rows</th><th role="columnheader" scope="col" class="number">Calls</th></tr></thead>
      <tbody role="rowgroup">${days.toReversed().map(({ day, posts: rows, requests }) => html`<tr><th role="rowheader" scope="row">${day}</th><td role="cell" class="number">${grouped(rows)}</td><td role="cell" class="number">${grouped(requests)}</td></tr>`)}</tbody></table>
    </details>
  </section>`
}

function history({ runs }: StatusData): Html {
  const empty = html`<p>No run yet.</p>`
  const table = html`<table class="stack" role="table">
    <caption>The newest runs</caption>
    <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Started</th><th role="columnheader" scope="col">Outcome</th><th role="columnheader" scope="col" class="number">New</th><th role="columnheader" scope="col" class="number">Changed</th><th role="columnheader" scope="col" class="number">Calls</th><th role="columnheader" scope="col" class="number">Seconds</th></tr></thead>
    <tbody role="rowgroup">${runs.map(runRow)}</tbody>
  </table>`
  return html`<section aria-labelledby="history"><h2 id="history">Runs</h2>${runs.length > 0 ? table : empty}</section>`
}

function runRow({ startedAt, finishedAt, success, inserted, updated, written, requests, errors }: SyncLogEntry): Html {
  const seconds = Math.max(0, (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1)
  const [outcome, tone] = success ? ['Complete', 'good'] : errors.length > 0 ? ['With errors', 'bad'] : ['Stopped early', 'warn']
  const reasons = errors.slice(0, 3).map((error) => html`<span class="reason">${visible(error)}</span>`)
  return html`<tr role="row">
    <th role="rowheader" scope="row"><time datetime="${startedAt}">${minuteOf(startedAt)}</time></th>
    <td role="cell" data-label="Outcome"><span class="badge ${tone}">${outcome}</span>${reasons}</td>
    <td role="cell" data-label="New" class="number">${grouped(inserted + written)}</td>
    <td role="cell" data-label="Changed" class="number">${grouped(updated)}</td>
    <td role="cell" data-label="Calls" class="number">${grouped(requests)}</td>
    <td role="cell" data-label="Seconds" class="number">${seconds}</td>
  </tr>`
}

function actions({ accounts: lines }: StatusData, { canConnect, canSync }: PageOptions): Html {
  const options = lines.map(({ account }) => html`<option value="${account.id}">${visible(account.name)}</option>`)
  const form = html`<form method="post" action="/sync" class="card">
    <label for="account">Sync now</label>
    <select id="account" name="account"><option value="">All accounts that are due</option>${options}</select>
    <label for="secret">Secret of this service</label>
    <input id="secret" name="secret" type="password" autocomplete="current-password" required>
    <button type="submit">Start</button>
  </form>`
  const link = html`<p><a href="/connect">Connect accounts</a></p>`
  if (!canConnect && !canSync) return html``
  return html`<section aria-labelledby="actions"><h2 id="actions">Actions</h2>${canSync ? form : ''}${canConnect ? link : ''}</section>`
}
