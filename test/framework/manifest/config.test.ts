import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../framework/errors.ts'
import { parseConfigText, prepareConfig } from '../../../framework/manifest/config.ts'

const connectionSpecification = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  required: ['access_token', 'start_date'],
  additionalProperties: false,
  properties: {
    access_token: { type: 'string', airbyte_secret: true, minLength: 5 },
    start_date: { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' },
    base_url: { type: 'string', format: 'uri', default: 'https://graph.facebook.com' },
    layout: { type: 'string', enum: ['merged', 'per_account'] },
    accounts: { type: 'array', items: { type: 'object', properties: { key: { type: 'string', airbyte_secret: true } } } },
    credentials: {
      oneOf: [
        { type: 'object', required: ['key'], properties: { kind: { const: 'api' }, key: { type: 'string', airbyte_secret: true } } },
        {
          type: 'object',
          required: ['id'],
          properties: { kind: { const: 'oauth' }, id: { type: 'string' }, secret: { type: 'string', airbyte_secret: true } },
        },
      ],
    },
  },
}
const valid = { access_token: 'sandbox-user-token', start_date: '2024-01-01' }

function prepare(config: unknown, { dialect = 'native', env = {} }: { dialect?: 'native' | 'airbyte'; env?: Record<string, string> } = {}) {
  return prepareConfig({ spec: { connectionSpecification }, dialect }, config, { env })
}

async function failure(config: unknown, env?: Record<string, string>): Promise<string> {
  const thrown: unknown = await prepare(config, env ? { env } : {}).catch((error) => error)
  if (thrown instanceof ConfigError) return thrown.message
  throw new Error('was accepted')
}

describe('prepareConfig', () => {
  it('fills in defaults and lists secrets', async () => {
    const accounts = [{ key: 'sandbox-page-token' }, {}]
    expect(await prepare({ ...valid, accounts })).toEqual({
      config: { ...valid, accounts, base_url: 'https://graph.facebook.com' },
      secrets: ['sandbox-user-token', 'sandbox-page-token'],
    })
  })

  it('leaves configs of foreign manifests as they are', async () => {
    const config = { ...valid, access_token: 'env:TOKEN' }
    expect(await prepare(config, { dialect: 'airbyte', env: { TOKEN: 'x' } })).toEqual({ config, secrets: ['env:TOKEN'] })
  })

  it('does not change the config that it is given', async () => {
    await prepare(Object.freeze({ ...valid }))
  })

  it.each([
    ['a missing field', { start_date: '2024-01-01' }, "config field 'access_token': is missing"],
    ['a wrong type', { ...valid, start_date: 7 }, "config field 'start_date': must be string"],
    [
      'a wrong form',
      { ...valid, start_date: 'soon' },
      `config field 'start_date': must match pattern "${connectionSpecification.properties.start_date.pattern}"`,
    ],
    ['a wrong format', { ...valid, base_url: 'x y' }, `config field 'base_url': must match format "uri"`],
    ['a word of no list', { ...valid, layout: 'flat' }, "config field 'layout': must be one of merged, per_account"],
    ['an unknown field', { ...valid, start_dat: 1 }, "config field 'start_dat': is unknown; did you mean start_date?"],
    [
      'a field of the alternative that was meant',
      { ...valid, credentials: { kind: 'oauth' } },
      "config field 'credentials.id': is missing",
    ],
    ['no alternative', { ...valid, credentials: { kind: 'none' } }, "config field 'credentials': fits none of the alternatives"],
    ['no object', [], 'a config is a JSON object, found a list'],
    ['a text', 'sandbox-user-token', 'a config is a JSON object, found string'],
  ])('refuses %s', async (_, config, message) => {
    const found = await failure(config)
    expect(found).toContain(message)
    expect(found).not.toContain('sandbox-user-token')
  })

  it('names every field that is wrong', async () => {
    expect(await failure({ access_token: 'abc', start_date: 1 })).toBe(
      "2 config fields are wrong:\n- 'access_token': must NOT have fewer than 5 characters\n- 'start_date': must be string",
    )
  })

  it('resolves references in secret fields only', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'token')
    writeFileSync(file, 'sandbox-page-token\n')
    const config = {
      access_token: 'env:TOKEN',
      start_date: '2024-01-01',
      credentials: { kind: 'api', key: `file:${file}` },
      layout: 'merged',
    }
    expect(await prepare(config, { env: { TOKEN: 'sandbox-user-token' } })).toMatchObject({
      config: { access_token: 'sandbox-user-token', credentials: { key: 'sandbox-page-token' } },
      secrets: ['sandbox-user-token', 'sandbox-page-token'],
    })
    expect(await failure({ ...config, start_date: 'env:TOKEN' }, { TOKEN: 'sandbox-user-token' })).toContain("'start_date'")
  })

  it.each([
    ['env:NOT_SET', "config field 'access_token': environment variable NOT_SET is not set"],
    ['env:EMPTY', "config field 'access_token': environment variable EMPTY is empty"],
    ['file:/no/such/file', "config field 'access_token': cannot read /no/such/file (ENOENT)"],
  ])('says which secret %s is missing', async (access_token, message) => {
    expect(await failure({ ...valid, access_token }, { EMPTY: '' })).toBe(message)
  })
})

describe('parseConfigText', () => {
  it('keeps every digit of ids', () => {
    expect(parseConfigText('{"id": 18000000000000000123, "n": 5}', 'c.json')).toEqual({ id: '18000000000000000123', n: 5 })
  })

  it.each([
    ['{"access_token": "sandbox-user-token", oops', /^c\.json:1:\d+: the config is not valid JSON$/],
    ['{"access_token": "sandbox-user-token" "b": 1}', /^c\.json:1:\d+: the config is not valid JSON$/],
    ['"sandbox-user-token"', /^c\.json: a config is a JSON object, found string$/],
    ['', /^c\.json: a config is a JSON object, found nothing$/],
  ])('refuses %s without repeating it', (text, message) => {
    expect(() => parseConfigText(text, 'c.json')).toThrow(message)
  })
})
