import { describe, expect, it } from 'vitest'
import { inspectToken } from '../../../../accounts/connect.ts'
import { metaTokens } from '../../../../connectors/meta/login/provider.ts'
import { seenAccounts } from '../../../../connectors/meta/login/seen-accounts.ts'
import { tokenWorld } from '../../../accounts/world.ts'

describe('seenAccounts', () => {
  it('finds the account of a Page by the token of the Page', async () => {
    const { access, sandbox, accounts } = await tokenWorld()
    const page = sandbox.pages.listed[0] ?? ''
    const seen = await seenAccounts(access, { login: 'facebook', token: sandbox.tokens.page(page) })
    expect(seen).toMatchObject([{ externalId: accounts[0] }])
  })

  it('follows short and empty pages to the end', async () => {
    const { access, sandbox, accounts } = await tokenWorld({ pages: 120 })
    sandbox.faults.add({ match: { path: '*/me/accounts' }, kind: 'empty-pages', pages: 2 })
    const seen = await seenAccounts(access, { login: 'facebook', token: 'sandbox-user-token' })
    expect(seen.map(({ externalId }) => externalId).sort()).toEqual([...accounts].sort())
  })

  it.each(['repeat-cursor', 'cursor-cycle'] as const)('ends with an error when the list does not: %s', async (kind) => {
    const { access, sandbox } = await tokenWorld({ pages: 320 })
    sandbox.faults.add({ match: { path: '*/me/accounts' }, kind })
    const seen = seenAccounts(access, { login: 'facebook', token: 'sandbox-user-token' })
    await expect(seen).rejects.toMatchObject({ code: 'ERR_PAGE_LOOP' })
    expect(sandbox.requests.length).toBeLessThan(10)
  })

  it('tells a dead token from one that sees nothing', async () => {
    const { access } = await tokenWorld()
    const dead = inspectToken(metaTokens, access, { token: 'sandbox-expired-token' })
    await expect(dead).rejects.toMatchObject({ name: 'AuthenticationError', code: 'ERR_TOKEN_EXPIRED' })
    await expect(inspectToken(metaTokens, access, { token: 'sandbox-no-pages-token' })).rejects.toMatchObject({ code: 'ERR_NO_ACCOUNTS' })
  })
})

describe('inspectToken', () => {
  it('tells the dates of a token where the app may ask', async () => {
    const { access, clock } = await tokenWorld()
    const { token } = await inspectToken(metaTokens, access, { token: 'sandbox-user-token' })
    expect(token).toMatchObject({
      createdAt: new Date(clock.now()).toISOString(),
      expiresAt: new Date(clock.now() + 60 * 86_400_000).toISOString(),
    })
    const { apps: _, ...without } = access
    const unknown = await inspectToken(metaTokens, without, { token: 'sandbox-user-token' })
    expect(unknown.token).toMatchObject({ createdAt: undefined, expiresAt: undefined })
  })

  it('chooses an account by id or name, and says what there is', async () => {
    const { access, accounts } = await tokenWorld()
    const all = (await inspectToken(metaTokens, access, { token: 'sandbox-user-token' })).accounts
    for (const wanted of [all[1]?.externalId ?? '', all[1]?.name ?? '']) {
      expect((await inspectToken(metaTokens, access, { token: 'sandbox-user-token', wanted })).accounts).toEqual([all[1]])
    }
    const nobody = inspectToken(metaTokens, access, { token: 'sandbox-user-token', wanted: 'nobody' })
    await expect(nobody).rejects.toMatchObject({ code: 'ERR_ACCOUNT_NOT_SEEN', message: expect.stringContaining(accounts[0] ?? '-') })
  })

  it('shows a token to no other host than its own', async () => {
    const { access, sandbox } = await tokenWorld()
    const wrong = inspectToken(metaTokens, access, { token: `IG${'x'.repeat(20)}`, login: 'facebook' })
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_TOKEN_LOGIN', failureType: 'config_error' })
    expect(sandbox.counts).toEqual({})
  })
})
