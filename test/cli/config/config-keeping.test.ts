import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { configFile, messages, runConnector, temporaryFolder } from '../run.ts'

let server: Server
let base = ''
let logins = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    const isLogin = request.method === 'POST'
    if (isLogin) logins += 1
    const body = isLogin
      ? { access_token: `access-token-${logins}`, refresh_token: `refresh-token-${logins}`, expires_in: 3600 }
      : { data: [{ id: request.headers.authorization === `Bearer access-token-${logins}` ? 1 : 0 }] }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  logins = 0
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const stream = {
  type: 'DeclarativeStream',
  name: 'items',
  retriever: {
    type: 'SimpleRetriever',
    requester: {
      type: 'HttpRequester',
      url_base: "{{ config['base'] }}",
      path: 'items',
      authenticator: {
        type: 'OAuthAuthenticator',
        token_refresh_endpoint: "{{ config['base'] }}/token",
        client_id: 'me',
        client_secret: "{{ config['secret'] }}",
        refresh_token_updater: {},
      },
    },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
  },
  schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
}
const specification = { type: 'object', properties: { secret: { type: 'string', airbyte_secret: true } } }
const manifest = {
  ...{ version: '6.0.0', type: 'DeclarativeSource', streams: [stream], check: { type: 'CheckStream', stream_names: ['items'] } },
  spec: { type: 'Spec', connection_specification: specification },
}

async function run(command: string, ...flags: readonly string[]) {
  const file = join(temporaryFolder(), 'manifest.json')
  writeFileSync(file, JSON.stringify(manifest))
  const given = { base, secret: 'client-secret-x', credentials: { refresh_token: 'refresh-token-0' } }
  const config = configFile(given)
  const ended = await runConnector([command, file, '--config', config, ...flags])
  return { ...ended, given, kept: JSON.parse(readFileSync(config, 'utf8')) }
}

const controls = (stdout: string) => messages(stdout).flatMap(({ control }) => (control === undefined ? [] : [control]))
const changed = (given: object) => ({
  ...given,
  credentials: {
    refresh_token: 'refresh-token-1',
    access_token: 'access-token-1',
    token_expiry_date: expect.stringMatching(/^20.*\+00:00$/),
  },
})

describe('credentials that a provider replaces', () => {
  it.each(['check', 'read'])(
    'are handed to the platform by %s before they are used, with everything else in the config',
    async (command) => {
      const { code, stdout, stderr, given, kept } = await run(command)
      expect(code).toBe(0)
      expect(controls(stdout)).toEqual([
        { type: 'CONNECTOR_CONFIG', emitted_at: expect.any(Number), connectorConfig: { config: changed(given) } },
      ])
      const kinds = messages(stdout).map(({ type }) => String(type))
      expect(kinds.indexOf('CONTROL')).toBeLessThan(Math.max(kinds.indexOf('RECORD'), kinds.indexOf('CONNECTION_STATUS')))
      expect(stderr).not.toMatch(/(refresh|access)-token-1|client-secret-x/)
      expect(kept).toEqual(given)
    },
  )

  it('are used at once: one login for the run', async () => {
    const { stdout } = await run('read')
    expect(messages(stdout)).toContainEqual(expect.objectContaining({ record: expect.objectContaining({ data: { id: 1 } }) }))
    expect(logins).toBe(1)
  })

  it('are written into the config file with --update-config', async () => {
    const { given, kept } = await run('read', '--update-config')
    expect(kept).toEqual(changed(given))
  })

  it('stay out of formats that have no word for them, which is said', async () => {
    const lines = await run('read', '--format', 'jsonl')
    expect(lines.stdout).not.toContain('refresh-token')
    expect(lines.stderr).toContain('--update-config keeps them')
    const kept = await run('read', '--format', 'jsonl', '--update-config')
    expect(kept.stderr).not.toContain('will be lost')
  })
})
