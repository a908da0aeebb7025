import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFile, messages, runConnector, temporaryFolder } from './run.ts'
import { openWorld } from './sandbox.ts'

const manifest = 'manifests/third_party/social/meta/facebook_pages.rest.yaml'

describe('connector', () => {
  it('lists its commands without one and suggests the one that was meant', async () => {
    const bare = await runConnector([])
    expect(bare.stderr + bare.stdout).toMatch(
      /spec[\s\S]*check[\s\S]*discover[\s\S]*read[\s\S]*explain[\s\S]*validate[\s\S]*list[\s\S]*sandbox/,
    )
    const wrong = await runConnector(['raed'])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(/unknown command 'raed'[\s\S]*read/)
  })

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect((await runConnector(['--version'])).stdout.trim()).toBe(version)
  })
})

describe('connector spec', () => {
  it.each([['facebook_pages'], ['conn::third_party::social::meta::facebook_pages::rest'], [manifest]])(
    'prints the spec of %s',
    async (name) => {
      const { code, stdout } = await runConnector(['spec', name])
      expect(code).toBe(0)
      expect(messages(stdout)).toMatchObject([
        { type: 'SPEC', spec: { connectionSpecification: { required: ['access_token', 'start_date'] } } },
      ])
    },
  )

  it('takes the manifest from the environment', async () => {
    const { code, stdout } = await runConnector(['spec'], { env: { CONNECTOR_MANIFEST: 'facebook_pages' } })
    expect([code, messages(stdout).length]).toEqual([0, 1])
  })

  it.each([
    [['spec'], /name a connector.*facebook_pages/],
    [['spec', 'facebok_pages'], /unknown connector 'facebok_pages'; did you mean facebook_pages/],
    [['spec', 'nowhere.yaml'], /the file does not exist/],
  ])('says what is missing: %j', async (args, message) => {
    const { code, stderr } = await runConnector(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})

describe('connector check', () => {
  it('tells token kind, days left, Pages found', async () => {
    const { config } = await openWorld()
    const { code, stdout } = await runConnector(['check', 'facebook_pages', '--config', config])
    expect(code).toBe(0)
    expect(messages(stdout)).toMatchObject([{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }])
    expect(stdout).toMatch(/user token.*59 days left.*2 Pages/)
  })

  it.each([
    ['expired token', { access_token: 'sandbox-expired-token' }, 4, /expired/i],
    ['token of the other product', { access_token: 'sandbox-instagram-token' }, 4, /token/i],
    ['missing date', { start_date: undefined }, 2, /start_date/],
    ['date in another form', { start_date: '1.1.2026' }, 2, /start_date/],
    ['misspelt field', { page_id: ['1'] }, 2, /page_id.*page_ids/],
    ['secret reference to nothing', { access_token: 'env:NO_SUCH_NAME' }, 2, /access_token.*NO_SUCH_NAME/],
  ])('fails with one message for: %s', async (_, changes, exitCode, message) => {
    const { config } = await openWorld({}, changes)
    const { code, stdout, stderr } = await runConnector(['check', 'facebook_pages', '--config', config])
    expect(code).toBe(exitCode)
    expect(messages(stdout)).toMatchObject([{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED' } }])
    expect(stdout).toMatch(message)
    expect(stdout + stderr).not.toMatch(/sandbox-(expired|instagram)-token/)
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toMatchObject([{ level: 'error' }, { exit_code: exitCode }])
  })

  it('reads the token from the environment and from a file', async () => {
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, 'sandbox-user-token\n')
    const byEnv = await openWorld({}, { access_token: 'env:META_TOKEN' })
    const byFile = await openWorld({}, { access_token: `file:${file}` })
    const check = (config: string) =>
      runConnector(['check', 'facebook_pages', '--config', config], { env: { META_TOKEN: 'sandbox-user-token' } })
    expect([(await check(byEnv.config)).code, (await check(byFile.config)).code]).toEqual([0, 0])
  })

  it('names a config that cannot be read or is not JSON', async () => {
    const broken = join(temporaryFolder(), 'config.json')
    writeFileSync(broken, '{ "access_token": "sandbox-secret-in-broken-file", ')
    const missing = await runConnector(['check', 'facebook_pages', '--config', 'nowhere.json'])
    const invalid = await runConnector(['check', 'facebook_pages', '--config', broken])
    expect([missing.code, invalid.code]).toEqual([2, 2])
    expect(missing.stderr).toMatch(/nowhere\.json/)
    expect(invalid.stderr).toContain(broken)
    expect(invalid.stderr + invalid.stdout).not.toContain('sandbox-secret-in-broken-file')
  })

  it.skipIf(process.getuid?.() === 0)('names a config that it may not read', async () => {
    const file = configFile({})
    chmodSync(file, 0)
    const { code, stderr } = await runConnector(['check', 'facebook_pages', '--config', file])
    expect(code).toBe(2)
    expect(stderr).toMatch(/EACCES|permission/)
  })
})

describe('connector discover', () => {
  it('gives a catalog with keys and cursors and no token', async () => {
    const { config, sandbox } = await openWorld()
    const { code, stdout } = await runConnector(['discover', 'facebook_pages', '--config', config])
    expect(code).toBe(0)
    const [{ catalog }] = messages(stdout) as unknown as [{ catalog: { streams: { name: string }[] } }]
    expect(catalog.streams.map(({ name }) => name)).toContain(`page_insights__${sandbox.pages.listed[1]}`)
    expect(catalog.streams.find(({ name }) => name.startsWith('page_insights__'))).toMatchObject({
      source_defined_primary_key: [['page_id'], ['metric'], ['end_time']],
      default_cursor_field: ['end_time'],
      is_resumable: true,
    })
    expect(stdout).not.toContain('sandbox-page-token')
  })

  it('gives one stream per kind when merged', async () => {
    const { config } = await openWorld({}, { stream_layout: 'merged' })
    const { stdout } = await runConnector(['discover', 'facebook_pages', '--config', config])
    const [{ catalog }] = messages(stdout) as unknown as [{ catalog: { streams: { name: string }[] } }]
    expect(catalog.streams.map(({ name }) => name)).toContain('page_insights')
    expect(catalog.streams.filter(({ name }) => name.includes('__'))).toEqual([])
  })
})

describe('connector explain', () => {
  it('tells the calls of a read without making them', async () => {
    const { config, sandbox } = await openWorld()
    const { code, stdout } = await runConnector(['explain', 'facebook_pages', '--config', config, '--select', 'page_insights', '--json'])
    expect(code).toBe(0)
    const planned = messages(stdout) as unknown as { calls: number; stream: string }[]
    expect(planned).toHaveLength(2)
    expect(sandbox.requests.filter(({ path }) => path.endsWith('/insights'))).toEqual([])
    sandbox.reset()
    await runConnector(['read', 'facebook_pages', '--config', config, '--select', 'page_insights'])
    const made = sandbox.requests.filter(({ path }) => path.endsWith('/insights'))
    expect(planned.reduce((sum, { calls }) => sum + calls, 0)).toBe(made.length)
  })
})

describe('connector validate', () => {
  it('accepts our manifest', async () => {
    const { code, stdout } = await runConnector(['validate', manifest])
    expect([code, stdout]).toEqual([0, `${manifest}: valid\n`])
  })

  it.each([
    ['a component that does not exist', /CursorPagination$/m, 'CursorPaginaton', /did you mean CursorPagination/],
    ['broken YAML', /^runtime:$/m, 'runtime: [', /broken\.yaml:\d+:\d+/],
    ['a name that no template sees', /account\['id'\]/, "acount['id']", /acount.*did you mean account/],
    ['a field that does not exist', /cursor_value:/, 'cursor_valeu:', /cursor_valeu.*did you mean cursor_value/],
  ])('names file, line and column for %s', async (_, from, to, message) => {
    const file = join(temporaryFolder(), 'broken.yaml')
    writeFileSync(file, readFileSync(manifest, 'utf8').replace(from, to))
    const { code, stderr } = await runConnector(['validate', file])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/broken\.yaml:\d+:\d+/)
  })
})

describe('connector list', () => {
  it('shows what is installed', async () => {
    const { stdout } = await runConnector(['list', '--json'])
    expect(messages(stdout)).toContainEqual(
      expect.objectContaining({ product: 'facebook_pages', id: 'conn::third_party::social::meta::facebook_pages::rest' }),
    )
  })
})

describe('connector sandbox', () => {
  it('prints its address, serves, and ends at SIGTERM', async () => {
    let status = 0
    const { code, stdout } = await runConnector(['sandbox', '--pages', '1'], {
      meanwhile: async (child) => {
        const url = await new Promise<string>((resolve) => child.stdout?.once('data', (chunk) => resolve(String(chunk).trim())))
        status = (await fetch(`${url}/v26.0/me`, { headers: { authorization: 'Bearer sandbox-user-token' } })).status
        child.kill('SIGTERM')
      },
    })
    expect([code, status]).toEqual([0, 200])
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/)
  })
})
