import { constants, createHmac, createPrivateKey, createSecretKey, type KeyObject, sign } from 'node:crypto'
import { defined } from '../../defined.ts'
import { ConfigError } from '../../errors.ts'

/** Algorithms of RFC 7518 and RFC 8037 (EdDSA). */
export const jwtAlgorithms = [
  ...(['HS256', 'HS384', 'HS512'] as const),
  ...(['RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES256K', 'ES384', 'ES512'] as const),
  'EdDSA',
] as const
export type JwtAlgorithm = (typeof jwtAlgorithms)[number]

export interface SigningKey {
  readonly algorithm: JwtAlgorithm
  /** A shared secret for HS…, else a private key as PEM. */
  readonly secret: string
  readonly passphrase: string | undefined
}

type Json = Readonly<Record<string, unknown>>

/** A signed JSON Web Token in compact form. Throws ConfigError ERR_JWT_KEY when the key does not fit the algorithm; it is never quoted. */
export function signJwt(header: Json, payload: Json, key: SigningKey): string {
  // Sorted, so that equal headers give equal tokens.
  const sorted = Object.fromEntries(Object.entries(header).sort(([a], [b]) => (a < b ? -1 : 1)))
  const input = `${encoded(sorted)}.${encoded(payload)}`
  return `${input}.${signature(input, key).toString('base64url')}`
}

function encoded(value: Json): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
}

function signature(input: string, key: SigningKey): Buffer {
  const { algorithm, secret } = key
  try {
    if (algorithm.startsWith('HS')) return createHmac(digestOf(algorithm), createSecretKey(secret, 'utf8')).update(input).digest()
    return sign(algorithm === 'EdDSA' ? null : digestOf(algorithm), Buffer.from(input), { key: privateKey(key), ...paddingOf(algorithm) })
  } catch (thrown) {
    // The reason may quote the key, so only its code is told.
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'invalid'
    throw new ConfigError('ERR_JWT_KEY', `the secret key is not valid for ${algorithm} (${reason}); check the config`)
  }
}

function privateKey({ secret, passphrase }: SigningKey): KeyObject {
  return createPrivateKey({ key: secret, ...defined({ passphrase }) })
}

function digestOf(algorithm: JwtAlgorithm): string {
  return `sha${algorithm.slice(2, 5)}`
}

function paddingOf(algorithm: JwtAlgorithm): object {
  if (algorithm.startsWith('PS')) return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  return algorithm.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' } : {}
}
