import { describe, expect, it } from 'vitest'
import { prepareConfig } from '../../../framework/index.ts'
import { secretStores } from '../../../framework/manifest/secrets.ts'
import { fakeClock } from '../../conformance/fake-clock.ts'
import { KEYS, startSecretsManager } from './secrets-server.ts'

const REGION = { AWS_REGION: 'eu-central-1' }

async function setUp(env: Readonly<Record<string, string>> = {}) {
  const server = await startSecretsManager()
  const clock = fakeClock()
  const all = { ...KEYS, ...REGION, AWS_ENDPOINT_URL: server.endpoint, ...env }
  const store = secretStores(all, clock)['aws-sm']
  const read = async (reference: string) => (store ? store(reference) : undefined)
  return { server, clock, read, env: all }
}

describe('aws-sm', () => {
  it('reads a key of a secret, or all of it', async () => {
    const { server, read } = await setUp()
    server.secrets.set('prod/meta', { SecretString: '{"token":"sandbox-user-token","id":42}' })
    expect(await read('//prod/meta#token')).toBe('sandbox-user-token')
    expect(await read('//prod/meta#id')).toBe('42')
    expect(await read('//prod/meta')).toBe('{"token":"sandbox-user-token","id":42}')
    expect(server.requests).toEqual([{ key: 'sandbox-key', region: 'eu-central-1', session: undefined }])
  })

  it('takes the region of an ARN, and names with odd characters', async () => {
    const { server, read } = await setUp()
    const arn = 'arn:aws:secretsmanager:us-west-2:123456789012:secret:a/b_c+d=e.f@g-h-AbCdEf'
    server.secrets.set(arn, { SecretString: 'sandbox-user-token' })
    expect(await read(`//${arn}`)).toBe('sandbox-user-token')
    expect(server.requests[0]?.region).toBe('us-west-2')
  })

  it('reads binary secrets as text', async () => {
    const { server, read } = await setUp()
    server.secrets.set('key', { SecretBinary: Buffer.from('sandbox ü').toString('base64') })
    expect(await read('//key')).toBe('sandbox ü')
  })

  it('signs with the session of a Lambda', async () => {
    const { server, read } = await setUp({ AWS_SESSION_TOKEN: 'session' })
    server.secrets.set('key', { SecretString: 'text' })
    expect(await read('//key')).toBe('text')
    expect(server.requests[0]?.session).toBe('session')
  })

  it('takes the credentials of a container', async () => {
    const { server, env } = await setUp()
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...rest } = env
    const agent = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.endpoint}/credentials`, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'agent-token' }
    server.secrets.set('key', { SecretString: 'text' })
    expect(await secretStores({ ...rest, ...agent }, fakeClock())['aws-sm']?.('//key')).toBe('text')
    expect(server.requests[0]?.session).toBe('sandbox-session')
  })

  it.each([
    ['http://169.254.169.254/latest/meta-data', /neither https nor the agent/],
    ['http://example.com/credentials', /neither https nor the agent/],
    [undefined, /set AWS_ACCESS_KEY_ID/],
  ])('does not show the token of the agent to %s', async (url, message) => {
    const env = { ...REGION, ...(url === undefined ? {} : { AWS_CONTAINER_CREDENTIALS_FULL_URI: url }) }
    await expect(secretStores(env, fakeClock())['aws-sm']?.('//key')).rejects.toMatchObject({
      code: 'ERR_AWS_CREDENTIALS',
      message: expect.stringMatching(message),
    })
  })

  it('refuses a wrong key, and says what to look at', async () => {
    const { server, read } = await setUp({ AWS_SECRET_ACCESS_KEY: 'another' })
    server.secrets.set('key', { SecretString: 'text' })
    const refused = { failureType: 'config_error', message: expect.stringMatching(/InvalidSignatureException.*credentials/) }
    await expect(read('//key')).rejects.toMatchObject(refused)
  })

  it.each([
    ['//missing', /ResourceNotFoundException.*name/],
    ['//text#token', /must be a JSON object/],
    ['//object#missing', /has no text at key 'missing'/],
    ['//object#__proto__', /has no text at key/],
    ['//object#empty', /has no text at key/],
    ['//', /names no secret/],
    ['name', /names no secret/],
  ])('refuses %s without repeating a secret', async (reference, message) => {
    const { server, read } = await setUp()
    server.secrets.set('text', { SecretString: 'sandbox-user-token' })
    server.secrets.set('object', { SecretString: '{"other":"sandbox-user-token","empty":""}' })
    const error = await read(reference).catch((thrown) => thrown)
    expect(error).toMatchObject({ failureType: 'config_error', message: expect.stringMatching(message) })
    expect(error.message).not.toContain('sandbox-user-token')
  })

  it('needs a region', async () => {
    const { AWS_REGION: _, ...env } = (await setUp()).env
    await expect(secretStores(env, fakeClock())['aws-sm']?.('//key')).rejects.toMatchObject({ code: 'ERR_AWS_REGION' })
  })

  it('tries again what passes, a few times', async () => {
    const { server, read, clock } = await setUp()
    server.secrets.set('key', { SecretString: 'text' })
    server.faults.push([500, 'InternalServiceError'], [400, 'ThrottlingException'])
    expect(await read('//key')).toBe('text')
    clock.advance(61_000)
    server.faults.push(...Array.from({ length: 4 }, () => [503, 'ServiceUnavailable'] as const))
    await expect(read('//key')).rejects.toMatchObject({ code: 'ERR_SECRET_STORE', failureType: 'transient_error' })
    expect(server.faults).toEqual([])
    // A failure is not remembered.
    expect(await read('//key')).toBe('text')
  })

  it('asks again after a minute', async () => {
    const { server, read, clock } = await setUp()
    server.secrets.set('key', { SecretString: 'old' })
    expect(await read('//key')).toBe('old')
    server.secrets.set('key', { SecretString: 'new' })
    clock.advance(59_000)
    expect(await read('//key')).toBe('old')
    clock.advance(2_000)
    expect(await read('//key')).toBe('new')
  })

  it('serves secret fields of any config', async () => {
    const { server, env } = await setUp()
    server.secrets.set('prod/meta', { SecretString: '{"token":"sandbox-user-token"}' })
    const connectionSpecification = { type: 'object', properties: { access_token: { type: 'string', airbyte_secret: true } } }
    const manifest = { spec: { connectionSpecification }, dialect: 'native' } as const
    const { config, secrets } = await prepareConfig(manifest, { access_token: 'aws-sm://prod/meta#token' }, { env })
    expect(config).toEqual({ access_token: 'sandbox-user-token' })
    expect(secrets).toEqual(['sandbox-user-token'])
    const missing = prepareConfig(manifest, { access_token: 'aws-sm://prod/other' }, { env })
    await expect(missing).rejects.toMatchObject({
      code: 'ERR_SECRET_UNRESOLVED',
      message: expect.stringMatching(/^config field 'access_token'/),
    })
  })
})
