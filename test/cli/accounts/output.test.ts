import { describe, expect, it } from 'vitest'
import { accountTable, outcomeTable } from '../../../cli/accounts/output.ts'
import type { AccountRecord } from '../../../framework/index.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const options = { columns: 100, colour: false }
const account = (more: Partial<AccountRecord>): AccountRecord => ({
  id: '1',
  externalId: '17841400000000001',
  provider: 'meta',
  name: 'acme',
  login: 'facebook',
  status: 'active',
  reason: undefined,
  owner: undefined,
  priority: 2,
  tokenExpiresAt: '2026-12-31T00:00:00.000Z',
  tokenCreatedAt: '2026-11-01T00:00:00.000Z',
  lastSyncedAt: '2026-11-20T09:30:00.000Z',
  ...more,
})

describe('accountTable', () => {
  it('shows how each account is, and below why one needs a login', () => {
    const lost = account({ externalId: '17841400000000002', name: 'two', status: 'needs_login', reason: 'the password was changed' })
    const text = accountTable([account({}), { ...lost, lastSyncedAt: undefined }], { now, providers: [], ...options })
    expect(text).toMatch(/17841400000000001 .* acme .* facebook .* active .* 40 days left .* 2026-11-20 09:30/)
    expect(text).toMatch(/17841400000000002 .* needs login .* never/)
    expect(text.split('\n').at(-1)).toBe('17841400000000002: the password was changed')
  })

  it('gives names and reasons no power over the terminal', () => {
    const text = accountTable([account({ name: '\u001b[2Jgone', reason: 'a\nb\u001b[31m' })], { now, providers: [], ...options })
    expect(text).not.toContain('\u001b')
    expect(text).toContain('17841400000000001: a\\nb\\x1b[31m')
  })

  it('says when there is nothing', () => {
    expect(accountTable([], { now, providers: [], ...options })).toBe('no accounts')
    expect(outcomeTable([], options)).toBe('no accounts')
  })
})

describe('outcomeTable', () => {
  it('shows what became of each token', () => {
    const outcomes = [
      { account: account({}), expiresAt: '2027-01-19T00:00:00.000Z', outcome: 'refreshed' },
      { account: account({}), expiresAt: undefined, outcome: 'kept', code: 'ERR_GRAPH', reason: 'the server is down' },
    ] as const
    const text = outcomeTable(outcomes, options)
    expect(text).toMatch(/refreshed .* 2027-01-19/)
    expect(text.split('\n').at(-1)).toBe('17841400000000001: the server is down')
  })
})
