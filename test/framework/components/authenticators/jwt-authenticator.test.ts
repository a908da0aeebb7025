import { createHmac, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Authenticator } from '../../../../framework/components/authenticators/authenticator.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

const now = Date.UTC(2024, 2, 15, 12)
const seconds = now / 1000

async function partsOf(fields: object, config = {}) {
  const context = testContext({ config, now, dialect: 'airbyte' })
  const authenticator = buildComponent(
    Authenticator,
    { type: 'JwtAuthenticator', secret_key: 'shared', algorithm: 'HS256', ...fields },
    context,
  )
  return authenticator.parts({})
}

const authorization = async (fields: object, config = {}) => (await partsOf(fields, config)).headers?.['Authorization'] ?? ''
const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString())

describe('JwtAuthenticator', () => {
  it('signs headers and claims', async () => {
    const token = await authorization(
      {
        jwt_headers: { kid: "{{ config['kid'] }}", cty: 'x' },
        additional_jwt_headers: { extra: 'e' },
        jwt_payload: { iss: 'me', aud: "{{ json_loads(config['account'])['aud'] }}" },
        additional_jwt_payload: { scope: 'read' },
        token_duration: 60,
      },
      { kid: 'k1', account: '{"aud": "them"}' },
    )
    const [header, payload, signature] = token.split('.')
    expect(decoded(header)).toEqual({ alg: 'HS256', cty: 'x', extra: 'e', kid: 'k1', typ: 'JWT' })
    expect(decoded(payload)).toEqual({ scope: 'read', iss: 'me', aud: 'them', iat: seconds, exp: seconds + 60, nbf: seconds })
    expect(signature).toBe(createHmac('sha256', 'shared').update(`${header}.${payload}`).digest('base64url'))
  })

  it.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }), {}],
    ['PS384', generateKeyPairSync('rsa', { modulusLength: 2048 }), { padding: 6, saltLength: -1 }],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), { dsaEncoding: 'ieee-p1363' }],
    ['ES256K', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), { dsaEncoding: 'ieee-p1363' }],
    ['ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' }), { dsaEncoding: 'ieee-p1363' }],
    ['EdDSA', generateKeyPairSync('ed25519'), {}],
  ] as const)('signs with %s', async (algorithm, { privateKey, publicKey }, options) => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' })
    const token = await authorization({ algorithm, secret_key: "{{ config['key'] }}", passphrase: 'open' }, { key: pem })
    const [header, payload, signature = ''] = token.split('.')
    const digest = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2, 5)}`
    expect(verify(digest, Buffer.from(`${header}.${payload}`), { key: publicKey, ...options }, Buffer.from(signature, 'base64url'))).toBe(
      true,
    )
  })

  it('puts the token where it is wanted, behind a prefix', async () => {
    expect(await authorization({ header_prefix: 'Bearer' })).toMatch(/^Bearer ey/)
    const option = { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'jwt' }
    expect((await partsOf({ request_option: option })).params).toEqual({ jwt: expect.stringMatching(/^ey/) })
  })

  it('signs with the base64 form of the key', async () => {
    const [header, payload, signature] = (await authorization({ base64_encode_secret_key: true })).split('.')
    expect(signature).toBe(createHmac('sha256', 'c2hhcmVk').update(`${header}.${payload}`).digest('base64url'))
  })

  it('refuses reserved names', async () => {
    await expect(authorization({ additional_jwt_payload: { exp: 1 } })).rejects.toThrow(/'exp' is reserved/)
    await expect(authorization({ additional_jwt_headers: { alg: 'none' } })).rejects.toThrow(/'alg' is reserved/)
  })

  it('names the algorithm, never the key, when they do not fit', async () => {
    await expect(authorization({ algorithm: 'RS256', secret_key: 'not-a-pem-key' })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_JWT_KEY', message: expect.not.stringContaining('not-a-pem-key') }),
    )
  })
})
