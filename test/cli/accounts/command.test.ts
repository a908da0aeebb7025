import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../sandbox/sandbox.ts'
import { messages, runConnector, temporaryFolder } from '../run.ts'
import { openWorld } from '../sandbox.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const DAY_MS = 86_400_000

interface Options {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

async function setUp() {
  const { sandbox } = await openWorld({ pages: 2 })
  const folder = temporaryFolder()
  const env = {
    CONNECTOR_ACCOUNTS: `file:${join(folder, 'accounts.yaml')}`,
    CONNECTOR_ACCOUNTS_KEY: KEY,
    CONNECTOR_FACEBOOK_APP_ID: '1234567890',
    CONNECTOR_FACEBOOK_APP_SECRET: 'env:THE_SECRET',
    THE_SECRET: 'sandbox-app-secret',
    META_TOKEN: 'sandbox-user-token',
  }
  const accounts = (args: readonly string[], { stdin = '', env: more = {} }: Options = {}) =>
    runConnector(['accounts', ...args], { env: { ...env, ...more }, cwd: folder, meanwhile: (child) => void child.stdin?.end(stdin) })
  const graph = ['--base-url', sandbox.url, '--instagram-base-url', sandbox.instagramUrl]
  const stored = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  return { sandbox, folder, env, accounts, graph, stored }
}

const ids = (sandbox: Sandbox) => [...sandbox.instagram.accounts].sort()

describe('connector accounts', () => {
  it('adds what a token sees, by reference, and lists it with the days left', async () => {
    const { sandbox, accounts, graph, stored } = await setUp()
    const added = await accounts(['add', '--token', 'env:META_TOKEN', '--owner', 'u-1', ...graph])
    expect(added).toMatchObject({ code: 0, stderr: '' })
    const listed = await accounts(['list'])
    expect(messages(listed.stdout).map(({ ig_user_id }) => ig_user_id)).toEqual(ids(sandbox))
    expect(messages(listed.stdout)[0]).toMatchObject({ login: 'facebook', status: 'active', owner: 'u-1', days_left: 59, priority: 2 })
    const list = stored().join('\n')
    expect(list).toContain('token: env:META_TOKEN')
    for (const text of [added.stdout, listed.stdout, ...stored()]) expect(text).not.toContain('sandbox-user-token')
  })

  it('adds one account with a token on stdin, and keeps that encrypted', async () => {
    const { sandbox, accounts, graph, stored } = await setUp()
    const wanted = ids(sandbox)[1] ?? ''
    const added = await accounts(['add', '--account', wanted, ...graph], { stdin: 'sandbox-user-token\n' })
    expect(messages(added.stdout)).toMatchObject([{ ig_user_id: wanted }])
    expect(stored().join('\n')).toContain('enc:v1:')
    expect(stored().join('\n')).not.toContain('sandbox-user-token')
  })

  it('adds an account of Instagram login', async () => {
    const { sandbox, accounts, graph } = await setUp()
    const added = await accounts(['add', '--login', 'instagram', ...graph], { stdin: 'sandbox-instagram-token' })
    expect(messages(added.stdout)).toMatchObject([{ ig_user_id: sandbox.instagram.accounts[0], login: 'instagram', days_left: null }])
  })

  it.each([
    [['add', '--token', 'sandbox-user-token'], 'ERR_FLAG_INVALID'],
    [['add', '--token', 'env:NOWHERE'], 'ERR_SECRET_UNRESOLVED'],
    [['add', '--token', 'env:META_TOKEN', '--account', 'nobody'], 'ERR_ACCOUNT_NOT_SEEN'],
    [['add'], 'ERR_FLAG_MISSING'],
    [['list', '--accounts', 'mysql://root:sandbox-user-token@localhost/x'], 'ERR_ACCOUNTS_URL'],
    [['refresh'], 'ERR_ARGUMENT_MISSING'],
    [['refresh', 'nobody'], 'ERR_ACCOUNT_UNKNOWN'],
    [['remove', 'nobody'], 'ERR_ACCOUNT_UNKNOWN'],
    [['rotate-key', '--key', 'sandbox-user-token'], 'ERR_FLAG_INVALID'],
    [['import'], 'ERR_FLAG_MISSING'],
    [['login-url', '--redirect-uri', 'https://example.com'], 'ERR_FLAG_MISSING'],
  ])('ends with 2 for %j, without repeating a secret', async (args, code) => {
    const { accounts, graph } = await setUp()
    const takesGraph = args[0] === 'add' || args[0] === 'refresh'
    const env = { CONNECTOR_FACEBOOK_APP_ID: '', CONNECTOR_FACEBOOK_APP_SECRET: '' }
    const ended = await accounts(takesGraph ? [...args, ...graph] : args, { env })
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(code)
    expect(ended.stderr).not.toContain('sandbox-user-token')
  })

  it('ends with 4 when the token is dead', async () => {
    const { accounts, graph } = await setUp()
    const ended = await accounts(['add', ...graph], { stdin: 'sandbox-expired-token' })
    expect(ended.code).toBe(4)
    expect(ended.stderr).toContain('ERR_TOKEN_EXPIRED')
  })

  it('refreshes one account now, all that are due, and tells which need a login', async () => {
    const { sandbox, accounts, graph, stored } = await setUp()
    await accounts(['add', '--token', 'env:META_TOKEN', ...graph])
    const [first = '', second = ''] = ids(sandbox)
    const now = await accounts(['refresh', first, ...graph])
    expect(now.code).toBe(0)
    expect(messages(now.stdout)).toMatchObject([{ ig_user_id: first, outcome: 'refreshed' }])

    const none = await accounts(['refresh', '--all', ...graph])
    expect(messages(none.stdout).map(({ outcome }) => outcome)).toEqual(['fresh', 'fresh'])
    sandbox.tokens.revoke('sandbox-user-token')
    const all = await accounts(['refresh', '--all', '--now', ...graph])
    expect(all.code).toBe(4)
    const outcomes = Object.fromEntries(messages(all.stdout).map(({ ig_user_id, outcome }) => [ig_user_id, outcome]))
    expect(outcomes).toEqual({ [first]: 'refreshed', [second]: 'needs_login' })
    const listed = messages((await accounts(['list'])).stdout)
    expect(listed.find(({ ig_user_id }) => ig_user_id === second)).toMatchObject({ status: 'needs_login', reason: expect.any(String) })
    expect(stored().join('\n')).not.toMatch(/sandbox-user-token/)
  })

  it('replaces tokens so many days before their end', async () => {
    const { accounts, graph } = await setUp()
    await accounts(['add', '--token', 'env:META_TOKEN', ...graph])
    const refreshed = await accounts(['refresh', '--all', '--refresh-before', '60', ...graph])
    expect(messages(refreshed.stdout).map(({ outcome }) => outcome)).toEqual(['refreshed', 'refreshed'])
  })

  it('ends with 1 when a token could not be replaced this time', async () => {
    const { sandbox, accounts, graph } = await setUp()
    await accounts(['add', '--token', 'env:META_TOKEN', ...graph])
    sandbox.faults.add({ match: { path: '*/oauth/access_token' }, kind: 'error', code: 4 })
    const ended = await accounts(['refresh', ids(sandbox)[0] ?? '', ...graph])
    expect(ended.code).toBe(1)
    expect(messages(ended.stdout)).toMatchObject([{ outcome: 'kept', code: 'ERR_RATE_LIMITED' }])
  })

  it('removes an account', async () => {
    const { sandbox, accounts, graph } = await setUp()
    await accounts(['add', '--token', 'env:META_TOKEN', ...graph])
    expect((await accounts(['remove', ids(sandbox)[0] ?? ''])).code).toBe(0)
    expect(messages((await accounts(['list'])).stdout)).toHaveLength(1)
  })

  it('prints where to log in', async () => {
    const { accounts } = await setUp()
    const ended = await accounts(['login-url', '--redirect-uri', 'https://example.com/back', '--state', 's'])
    const [line] = messages(ended.stdout)
    expect(line).toMatchObject({ login: 'facebook', state: 's' })
    expect(new URL(String(line?.['url'])).searchParams.get('client_id')).toBe('1234567890')
  })

  describe('import', () => {
    const csv = (sandbox: Sandbox) => {
      const [first, second] = ids(sandbox)
      const expires = new Date(sandbox.clock.now().getTime() + 3 * DAY_MS).toISOString()
      return `ig_user_id,account_name,access_token,token_expires_at,priority\n${first},"Acme, Inc.",env:META_TOKEN,${expires},1\n${second},Two,sandbox-system-token,,\n`
    }

    it.each([
      ['CSV', (text: string) => text],
      ['CSV with semicolons', (text: string) => text.replaceAll(',', ';').replace('Acme; Inc.', 'Acme, Inc.')],
      ['JSON', (text: string) => JSON.stringify(rowsOf(text))],
      [
        'JSON lines',
        (text: string) =>
          rowsOf(text)
            .map((row) => JSON.stringify(row))
            .join('\n'),
      ],
      ['JSON with ids as numbers', (text: string) => JSON.stringify(rowsOf(text)).replace(/"ig_user_id":"(\d+)"/g, '"ig_user_id":$1')],
    ])('takes over %s', async (_, form) => {
      const { sandbox, accounts, folder, stored } = await setUp()
      const file = join(folder, 'list.txt')
      writeFileSync(file, form(csv(sandbox)))
      const ended = await accounts(['import', '--input', file])
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      const [first, second] = ids(sandbox)
      expect(messages(ended.stdout)).toMatchObject([
        { ig_user_id: first, name: 'Acme, Inc.', priority: 1, days_left: 2 },
        { ig_user_id: second, name: 'Two', priority: 2, days_left: null },
      ])
      writeFileSync(file, '')
      expect(stored().join('\n')).not.toMatch(/sandbox-/)
    })

    it('tells which rows it cannot use, and takes the others', async () => {
      const { sandbox, accounts, stored } = await setUp()
      const [first] = ids(sandbox)
      const stdin = `ig_user_id,access_token\n,sandbox-lost-token\nnobody,sandbox-lost-token\n${first},\n${first},two words of text\n${first},sandbox-user-token\n`
      const ended = await accounts(['import', '--input', '-'], { stdin })
      expect(ended.code).toBe(1)
      expect(messages(ended.stdout)).toMatchObject([{ ig_user_id: first }])
      expect(
        ended.stderr
          .trimEnd()
          .split('\n')
          .map((line) => line.slice(0, 5)),
      ).toEqual(['row 1', 'row 2', 'row 3', 'row 4'])
      expect([ended.stderr, ...stored()].join('\n')).not.toMatch(/sandbox-|two words/)
    })

    it('repeats nothing of a file that cannot be read', async () => {
      const { accounts, folder } = await setUp()
      mkdirSync(join(folder, 'list'))
      writeFileSync(join(folder, 'list.json'), '[{"access_token": sandbox-user-token}]')
      for (const file of ['list.json', 'list', 'missing']) {
        const ended = await accounts(['import', '--input', join(folder, file)])
        expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_IMPORT_UNREADABLE') })
        expect(ended.stderr).not.toContain('sandbox-user-token')
      }
    })
  })

  it('rotates the key', async () => {
    const { sandbox, accounts, graph } = await setUp()
    await accounts(['add', ...graph], { stdin: 'sandbox-user-token' })
    const env = { CONNECTOR_ACCOUNTS_KEY: '', NEW_KEY: Buffer.alloc(32, 9).toString('hex'), OLD_KEY: KEY }
    const rotated = await accounts(['rotate-key', '--key', 'env:NEW_KEY', '--old-key', 'env:OLD_KEY'], { env })
    expect(rotated).toMatchObject({ code: 0, stderr: 're-encrypted 2 tokens\n' })
    const id = ids(sandbox)[0] ?? ''
    expect((await accounts(['refresh', id, ...graph])).stdout).toContain('ERR_ACCOUNT_TOKEN_UNREADABLE')
    expect((await accounts(['refresh', id, '--key', 'env:NEW_KEY', ...graph], { env })).stdout).toContain('"refreshed"')
  })
})

/** Rows of the CSV of these tests: one cell has a comma, in quotes. */
function rowsOf(text: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = text.trimEnd().split('\n')
  const cells = (line: string) => [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,"]*))/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  return lines.map((line) => Object.fromEntries(head.split(',').map((name, index) => [name, cells(line)[index] ?? ''])))
}
