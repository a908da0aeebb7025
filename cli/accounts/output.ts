import Table from 'cli-table3'
import pc from 'picocolors'
import type { RefreshOutcome } from '../../accounts/refresh.ts'
import { SEED } from '../../accounts/seed-names.ts'
import { tokenHealth } from '../../accounts/token-health.ts'
import { alwaysExpires } from '../../accounts/token-providers.ts'
import type { AccountRecord } from '../../framework/runtime/ports/account-registry.ts'
import type { TokenProvider } from '../../framework/runtime/ports/token-provider.ts'
import { neutralise, shorten } from '../output/terminal-text.ts'

interface TableOptions {
  readonly columns: number
  readonly colour: boolean
}

interface AccountTableOptions extends TableOptions {
  /** Epoch milliseconds. */
  readonly now: number
  /** Who keeps the tokens of the accounts alive. */
  readonly providers: readonly TokenProvider[]
}

/** The provider's id, also by the name that it had when there was one provider. */
function idsOf({ externalId, provider }: AccountRecord) {
  return { external_id: externalId, ...(provider === SEED.provider ? { [SEED.idField]: externalId } : {}) }
}

/** An account as one JSON object. */
export function accountLine(account: AccountRecord, now: number) {
  const { id, provider, name, login, status, reason, owner, priority, tokenExpiresAt, tokenCreatedAt, lastSyncedAt } = account
  return {
    id,
    ...idsOf(account),
    provider,
    name,
    login,
    status,
    reason: reason ?? null,
    owner: owner ?? null,
    priority,
    days_left: tokenHealth(account, { now }).daysLeft ?? null,
    token_expires_at: tokenExpiresAt ?? null,
    token_created_at: tokenCreatedAt ?? null,
    last_synced_at: lastSyncedAt ?? null,
  }
}

export function accountTable(accounts: readonly AccountRecord[], options: AccountTableOptions): string {
  const { now, providers } = options
  if (accounts.length === 0) return 'no accounts'
  const { green, yellow, red, dim } = pc.createColors(options.colour)
  const statusColours = { active: green, paused: yellow, needs_login: red }
  const tokenColours = { fresh: (text: string) => text, never: dim, due: yellow, expired: red }
  const rows = accounts.map((account) => {
    const { state, text } = tokenHealth(account, { now, expiry: alwaysExpires(providers, account) ? 'always' : 'maybe' })
    const status = statusColours[account.status](account.status.replace('_', ' '))
    const synced = account.lastSyncedAt?.slice(0, 16).replace('T', ' ') ?? dim('never')
    return [account.externalId, shorten(neutralise(account.name), 24), account.login, status, tokenColours[state](text), synced]
  })
  const reasons = accounts.flatMap(({ externalId, reason }) => (reason === undefined ? [] : [`${externalId}: ${neutralise(reason)}`]))
  return [tableOf(['account', 'name', 'login', 'status', 'token', 'last sync'], rows, options), ...reasons].join('\n')
}

/** What became of a token as one JSON object. */
export function outcomeLine(outcome: RefreshOutcome) {
  const { account, expiresAt } = outcome
  const why = 'code' in outcome ? { code: outcome.code, reason: outcome.reason } : {}
  return {
    id: account.id,
    ...idsOf(account),
    name: account.name,
    outcome: outcome.outcome,
    token_expires_at: expiresAt ?? null,
    ...why,
  }
}

export function outcomeTable(outcomes: readonly RefreshOutcome[], options: TableOptions): string {
  if (outcomes.length === 0) return 'no accounts'
  const { green, yellow, red } = pc.createColors(options.colour)
  const plain = (text: string) => text
  const colours = { refreshed: green, fresh: plain, permanent: plain, kept: yellow, needs_login: red }
  const rows = outcomes.map(({ account, outcome, expiresAt }) => [
    account.externalId,
    shorten(neutralise(account.name), 24),
    colours[outcome](outcome.replace('_', ' ')),
    expiresAt?.slice(0, 10) ?? '',
  ])
  const reasons = outcomes.flatMap((outcome) =>
    'reason' in outcome ? [`${outcome.account.externalId}: ${neutralise(outcome.reason)}`] : [],
  )
  return [tableOf(['account', 'name', 'token', 'expires'], rows, options), ...reasons].join('\n')
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[], { colour }: TableOptions): string {
  const { bold } = pc.createColors(colour)
  const table = new Table({ head: head.map((title) => bold(title)), style: { head: [], border: [], compact: true } })
  for (const row of rows) table.push([...row])
  return table.toString()
}
