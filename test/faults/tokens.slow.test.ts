import { createHmac } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fault } from '../../sandbox/faults/fault.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { configFile, runConnector, temporaryFolder } from '../cli/run.ts'

/** Characters that every encoding writes differently. */
const appSecret = 'sandbox/secret+with="odd" ünï & <signs>'
const user = 'sandbox-user-token'
const read = ['read', 'facebook_pages', '--debug'] as const

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ pages: 2, days: 40, posts: 160, appSecret })
})
afterAll(() => sandbox.close())

const config = (changes: Readonly<Record<string, unknown>> = {}) =>
  configFile({
    access_token: user,
    app_secret: appSecret,
    base_url: sandbox.url,
    start_date: new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10),
    metrics: ['page_follows', 'post_media_view'],
    ...changes,
  })

/** Everything that must appear nowhere: tokens of the user and of each Page, the app secret, and the proof for each token. */
function secrets(): readonly string[] {
  const tokens = [user, ...sandbox.truth.pages().map((page) => sandbox.tokens.page(page))]
  return [...tokens, appSecret, ...tokens.map((token) => createHmac('sha256', appSecret).update(token).digest('hex'))]
}

/** A secret as it might turn up: raw, encoded, or a half of it. */
function forms(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret)
  const bytes = Buffer.from(secret)
  const inner = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    // Without the characters that it shares with its neighbours.
    return text.slice(offset === 0 ? 0 : offset + 1, Math.floor(((offset + bytes.length) * 8) / 6) - 1)
  })
  const halves = [secret.slice(0, Math.ceil(secret.length * 0.6)), secret.slice(Math.floor(secret.length * 0.4))]
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encoded,
    encoded.toLowerCase(),
    encodeURIComponent(encoded),
    new URLSearchParams([['', secret]]).toString().slice(1),
    ...inner,
    ...inner.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    [...secret].reverse().join(''),
    // The tail of a Page token is the id of the Page, which is no secret.
    ...(secret.startsWith('sandbox-page-token-') ? ['sandbox-page-tok'] : halves),
  ]
}

function expectClean(text: string, where: string): void {
  for (const secret of secrets()) {
    for (const form of forms(secret)) {
      const at = text.indexOf(form)
      expect(at < 0 ? '' : `${where}: …${text.slice(Math.max(0, at - 120), at)}<${form.length} characters>`).toBe('')
    }
  }
}

/** Every byte of every file below a folder, hidden ones and names included. */
function bytesBelow(folder: string): string {
  if (!existsSync(folder)) return ''
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return entry.isFile() ? `${path}\n${readFileSync(path, 'latin1')}` : path
    })
    .join('\n')
}

async function run(args: readonly string[], { faults = [] as readonly Fault[], env = {} as Readonly<Record<string, string>> } = {}) {
  const folder = temporaryFolder()
  const places =
    args[0] === 'read'
      ? ['--state', `file:${join(folder, 'state')}`, '--output', `jsonl:${join(folder, 'data')}`, '--output', 'stdout']
      : []
  sandbox.faults.clear()
  for (const fault of faults) sandbox.faults.add(fault)
  let argv = ''
  const result = await runConnector([...args, ...places], {
    env,
    meanwhile: (child) => {
      // As `ps` shows it; systems without /proc have the arguments that the process was started with.
      const commandLine = `/proc/${child.pid}/cmdline`
      argv = existsSync(commandLine) ? readFileSync(commandLine, 'latin1') : child.spawnargs.join(' ')
    },
  })
  sandbox.faults.clear()
  expectClean(argv, 'argv')
  expectClean(result.stdout, 'stdout')
  expectClean(result.stderr, 'stderr')
  expectClean(Buffer.from(result.stdout + result.stderr).toString('latin1'), 'bytes')
  expectClean(bytesBelow(folder), 'files')
  return result
}

const route = (name: string) => ({ match: { route: name } })
const insights = route('GET /{page}/insights')
const posts = route('GET /{page}/published_posts')
const accounts = route('GET /{user}/accounts')
/** A text in which a gateway repeats the whole request. */
const echo = `<html>GET /v26.0/me?access_token=${user}&appsecret_proof=0 HTTP/1.1\nAuthorization: Bearer ${user}</html>`
const encodedEcho = JSON.stringify({
  error: {
    code: 1,
    message: `bad request: ${encodeURIComponent(appSecret)} ${Buffer.from(user).toString('base64')} ${JSON.stringify(appSecret)} Basic ${Buffer.from(`x:${appSecret}`).toString('base64')}`,
  },
})

describe('tokens and secrets', { timeout: 120_000 }, () => {
  it('can be found by this sweep', () => {
    for (const secret of secrets()) {
      expect(() => expectClean(`before ${secret} after`, 'raw')).toThrow()
      expect(() => expectClean(Buffer.from(`ab${secret}cd`).toString('base64'), 'base64')).toThrow()
      expect(() => expectClean(encodeURIComponent(`ä${secret}`), 'url')).toThrow()
    }
  })

  it.each<[string, readonly Fault[], number]>([
    ['a sound read', [], 0],
    ['a token repeated in an error of the Pages', [{ kind: 'echo-token', ...insights }], 4],
    ['a token repeated in an error of the list', [{ kind: 'echo-token', ...accounts }], 4],
    ['a token repeated with a code that is retried', [{ kind: 'echo-token', code: 1, times: 2, ...posts }], 0],
    [
      'a request repeated by a gateway page',
      [{ kind: 'body', status: 403, body: echo, contentType: 'text/html', times: 1, ...insights }],
      0,
    ],
    ['secrets repeated in encoded forms', [{ kind: 'body', status: 500, body: encodedEcho, times: 1, ...posts }], 0],
    [
      'a redirect that names them',
      [{ kind: 'redirect', location: `https://example.com/?access_token=${user}&s=${encodeURIComponent(appSecret)}`, ...insights }],
      1,
    ],
    ['a next page that names them', [{ kind: 'foreign-next', url: `https://example.com/?access_token=${user}`, ...posts }], 0],
    [
      'a list that never ends',
      [
        { kind: 'repeat-cursor', ...posts },
        { kind: 'repeat-cursor', ...accounts, skip: 9 },
      ],
      1,
    ],
    ['a connection that breaks', [{ kind: 'reset', bytes: 20, times: 1, ...insights }], 0],
    ['an error nobody knows', [{ kind: 'error', code: 77, message: `what is ${user}?`, ...insights }], 1],
    ['a broken body with the token at its start', [{ kind: 'body', body: `{"access_token":"${user}","data":[`, times: 1, ...accounts }], 0],
    ['a header that repeats it', [{ kind: 'header', name: 'x-app-usage', value: `{"token":"${user}"`, ...insights }], 0],
    ['a refused metric', [{ kind: 'refuse-metric', metric: 'page_follows' }], 1],
  ])('appear in no byte after %s', async (_, faults, code) => {
    const result = await run([...read, '--config', config()], { faults })
    expect(result.code).toBe(code)
    expect(result.stderr.length).toBeGreaterThan(100)
  })

  it('appear in no byte of the other commands, errors included', async () => {
    for (const command of ['check', 'discover', 'explain']) {
      expect((await run([command, 'facebook_pages', '--debug', '--config', config()])).code).toBe(0)
      const refused = await run([command, 'facebook_pages', '--debug', '--config', config()], { faults: [{ kind: 'echo-token' }] })
      expect(refused.code).toBeGreaterThan(0)
    }
    const wrong = await run([...read, '--config', config({ app_secret: `${appSecret}x` })])
    expect(wrong.code).toBe(4)
    const misplaced = await run([...read, '--config', config({ start_date: user, access_tokn: user })])
    expect(misplaced.code).toBe(2)
  })

  it.each<[string, (text: string) => string]>([
    ['cut off', (text: string) => text.slice(0, -2)],
    ['cut off within the token', (text: string) => text.slice(0, text.indexOf(user) + 14)],
    ['with a comma too many', (text: string) => text.replace(`${user}"`, `${user}",,`)],
    ['with a word behind the token', (text: string) => text.replace(`${user}"`, `${user}" oops`)],
    ['with the token in single quotes', (text: string) => text.replace(`"${user}"`, `'${user}'`)],
    ['with the token unquoted', (text: string) => text.replace(`"${user}"`, user)],
    ['as a bare token', () => user],
    ['in a list', (text: string) => `[${text}]`],
  ])('appear in no message about a config %s', async (name, damage) => {
    const file = config()
    writeFileSync(file, damage(readFileSync(file, 'utf8')))
    for (const flag of name.includes('quote') ? ['--config', '--catalog', '--state'] : ['--config']) {
      const sound = flag === '--config' ? [] : ['--config', config()]
      const result = await runConnector([...read, ...sound, flag, file])
      // A config may be YAML, for which these quotes are right.
      expect(result.code, flag).toBe(flag === '--config' && name.includes('quote') ? 0 : 2)
      expectClean(result.stdout + result.stderr, flag)
      expect(result.stdout + result.stderr, flag).not.toMatch(/sandbox-u|r-token/)
    }
  })

  it('may come from the environment, and stay out of argv', async () => {
    const result = await run([...read, '--config', config({ access_token: 'env:PAGES_TOKEN' })], { env: { PAGES_TOKEN: user } })
    expect(result.code).toBe(0)
  })
})
