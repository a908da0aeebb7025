import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openAccountRegistry } from '../../accounts/open.ts'
import type { CipherOptions } from '../../accounts/token-cipher.ts'
import { metaTokens } from '../../connectors/meta/login/provider.ts'
import { KEY, testAccountRegistry } from '../conformance/account-registry.ts'
import { fakeClock } from '../conformance/fake-clock.ts'

testAccountRegistry('file:', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'connector-accounts-'))
  const url = `file:${join(folder, 'accounts.yaml')}`
  return {
    connect: (options) => openAccountRegistry(url, { ...options, env: {}, secret: () => undefined }),
    stored: async () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('\n'),
    destroy: async () => rmSync(folder, { recursive: true }),
  }
})

describe('fileAccountRegistry', () => {
  const ID = '17841400000000001'
  const dates = { createdAt: '2026-11-11T00:00:00.000Z', expiresAt: '2027-01-10T00:00:00.000Z' }

  function setUp(list: string) {
    const folder = mkdtempSync(join(tmpdir(), 'connector-accounts-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'accounts.yaml')
    writeFileSync(path, list.replaceAll('FOLDER', folder))
    const clock = fakeClock()
    const open = (env: Readonly<Record<string, string>> = {}, options: CipherOptions = { key: KEY }) =>
      openAccountRegistry(`file:${path}`, { clock, env, secret: () => undefined, providers: [metaTokens], ...options })
    return { folder, path, open, clock, text: () => readFileSync(path, 'utf8') }
  }
  const listWith = (token: string) => `# ours\naccounts:\n  # the first\n  - ig_user_id: "${ID}"\n    name: acme\n    token: ${token}\n`

  it('reads what the list refers to, and dates in the list', async () => {
    const { open } = setUp(`${listWith('env:ACME')}    token_expires_at: 2027-01-10T01:00:00+01:00\n`)
    const registry = await open({ ACME: 'sandbox-one' })
    expect(await registry.token(ID)).toEqual({ accessToken: 'sandbox-one', createdAt: undefined, expiresAt: dates.expiresAt })
    expect(await registry.find(ID)).toMatchObject({ login: 'facebook', status: 'active', priority: 2, tokenExpiresAt: dates.expiresAt })
  })

  it('keeps a replaced token encrypted beside the list, until somebody logs in again', async () => {
    const { open, text, folder } = setUp(listWith('env:ACME'))
    const registry = await open({ ACME: 'sandbox-one' })
    await registry.replaceToken(ID, async () => ({ accessToken: 'sandbox-two', ...dates }))
    await registry.replaceToken(ID, async () => ({ accessToken: 'sandbox-three', ...dates }))
    expect(text()).toBe(listWith('env:ACME'))
    expect(readFileSync(join(folder, 'accounts.state.json'), 'utf8')).not.toContain('sandbox-')
    expect(statSync(join(folder, 'accounts.state.json')).mode & 0o077).toBe(0)
    expect(await (await open({ ACME: 'sandbox-one' })).token(ID)).toEqual({ accessToken: 'sandbox-three', ...dates })
    // Also when the variable is no longer set; but another token there is a newer login.
    expect(await (await open()).token(ID)).toEqual({ accessToken: 'sandbox-three', ...dates })
    const later = await (await open({ ACME: 'sandbox-four' })).token(ID)
    expect(later).toEqual({ accessToken: 'sandbox-four', createdAt: undefined, expiresAt: undefined })
  })

  it('writes a replaced token back into the file that the list refers to', async () => {
    const { open, folder } = setUp(listWith('file:FOLDER/link'))
    writeFileSync(join(folder, 'token'), 'sandbox-one\n')
    symlinkSync(join(folder, 'token'), join(folder, 'link'))
    const registry = await open({}, {})
    await registry.replaceToken(ID, async ({ keep }) => {
      await keep({ accessToken: 'sandbox-two', ...dates })
      expect(statSync(join(folder, 'token.new')).mode & 0o077).toBe(0)
      return { accessToken: 'sandbox-two', ...dates }
    })
    expect(readFileSync(join(folder, 'token'), 'utf8')).toBe('sandbox-two\n')
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['accounts.state.json', 'accounts.yaml', 'link', 'token'])
    expect(await registry.token(ID)).toEqual({ accessToken: 'sandbox-two', ...dates })
    // Dates belong to the token that they were told of.
    writeFileSync(join(folder, 'token'), 'sandbox-by-hand')
    expect(await registry.token(ID)).toEqual({ accessToken: 'sandbox-by-hand', createdAt: undefined, expiresAt: undefined })
  })

  it('asks for nothing that it could not keep', async () => {
    const { open } = setUp(listWith('file:FOLDER/missing/token'))
    const work = vi.fn(async () => undefined)
    await expect((await open()).replaceToken(ID, work)).rejects.toMatchObject({ code: 'ERR_ACCOUNT_TOKEN_READ_ONLY' })
    const keyless = setUp(listWith('env:ACME'))
    const registry = await keyless.open({ ACME: 'sandbox-one' }, {})
    await expect(registry.replaceToken(ID, work)).rejects.toMatchObject({ code: 'ERR_ACCOUNTS_KEY_MISSING' })
    expect(work).not.toHaveBeenCalled()
  })

  it('keeps comments and order, and changes only what it has to', async () => {
    const { open, text } = setUp(listWith('env:ACME'))
    const registry = await open()
    await registry.save(
      { externalId: '17841400000000002', name: 'two', provider: 'meta', login: 'instagram', tokenReference: 'env:TWO' },
      { accessToken: 'sandbox-two', ...dates },
    )
    await registry.markSynced(ID, '2026-11-20T00:00:00Z')
    expect(text()).toBe(
      `${listWith('env:ACME')}  - ig_user_id: "17841400000000002"\n    name: two\n    login: instagram\n    token: env:TWO\n`,
    )
    await registry.remove('17841400000000002')
    expect(text()).toBe(listWith('env:ACME'))
  })

  it('refuses a token in the list in plain text, and encrypts it when the key is rotated', async () => {
    const { open, text } = setUp(listWith('sandbox-user-token'))
    const registry = await open()
    const error = await registry.token(ID).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_ACCOUNT_TOKEN_PLAIN' })
    expect(error.message).not.toContain('sandbox-user-token')
    expect(await registry.rotateKey()).toBe(1)
    expect(text()).toMatch(/token: enc:v1:/)
    expect((await registry.token(ID)).accessToken).toBe('sandbox-user-token')
  })

  it.each([
    ['accounts: 5\n', 1, 'one list'],
    ['accounts:\n  - ig_user_id: 17841400000000001\n', 2, 'write it in quotes'],
    ['accounts:\n  - name: acme\n    token: sandbox-user-token\n', 2, 'ig_user_id is missing'],
    [`accounts:\n  - ig_user_id: "${ID}"\n    tokn: sandbox-user-token\n`, 2, 'did you mean token'],
    [`accounts:\n  - ig_user_id: "${ID}"\n    login: meta\n`, 2, 'facebook or instagram'],
    [`accounts:\n  - ig_user_id: "${ID}"\n    priority: high\n`, 2, 'whole number'],
    [`accounts:\n  - ig_user_id: "${ID}"\n    token_expires_at: soon\n`, 2, 'must be a time'],
    [`accounts:\n  - ig_user_id: "${ID}"\n  - ig_user_id: "${ID}"\n`, 3, 'listed twice'],
    ['accounts:\n  - sandbox-user-token\n', 2, 'an account is a map'],
    ['accounts:\n  - "sandbox-user-token\n', 3, 'not valid YAML'],
  ])('says where the list is wrong: %j', async (list, line, reason) => {
    const { open, path } = setUp(list)
    const error = await (await open()).list().catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_ACCOUNTS_FILE', failureType: 'config_error', message: expect.stringContaining(reason) })
    expect(error.message).toContain(`${path}:${line}:`)
    expect(error.message).not.toContain('sandbox-user-token')
  })

  it('starts nothing over when what it remembered is damaged', async () => {
    const { open, folder } = setUp(listWith('env:ACME'))
    writeFileSync(join(folder, 'accounts.state.json'), '{"version":1,"acc')
    await expect((await open()).list()).rejects.toMatchObject({ code: 'ERR_ACCOUNTS_FILE' })
  })

  it('waits five minutes for a process on another machine, then takes its place', async () => {
    const { open, path, clock } = setUp(listWith('env:ACME'))
    const registry = await open({ ACME: 'sandbox-one' })
    const holder = JSON.stringify({ host: 'elsewhere', pid: 1, instance: 'x', ticket: 'y' })
    const lock = (until: number) => writeFileSync(`${path}.${ID}.lock`, JSON.stringify({ holder, until }))
    lock(clock.now() + 20 * 60_000)
    const work = vi.fn(async () => undefined)
    const busy = { code: 'ERR_ACCOUNT_BUSY', failureType: 'transient_error', message: expect.stringContaining('process 1 on elsewhere') }
    await expect(registry.replaceToken(ID, work)).rejects.toMatchObject(busy)
    expect(work).not.toHaveBeenCalled()
    lock(clock.now() + 60_000)
    await registry.replaceToken(ID, work)
    expect(work).toHaveBeenCalledTimes(1)
  })
})
