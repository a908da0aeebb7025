import { ConfigError } from '../../errors.ts'
import { parseJson } from '../../http/json.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import {
  type BoundMapping,
  condition,
  integer,
  mapping,
  oneOf,
  optional,
  slot,
  template,
  withDefault,
} from '../../manifest/definition/fields.ts'
import { templateFunction } from '../../template/template.ts'
import { RequestOption } from '../read/request-option.ts'
import { Authenticator } from './authenticator.ts'
import { text } from './credential.ts'
import { jwtAlgorithms, signJwt } from './jwt-signature.ts'

const roots = ['json_loads']
const scope = { json_loads: templateFunction('json_loads', 'text', ([json]) => parseJson(String(json))) }

const fields = {
  secret_key: template(roots, { description: 'The shared secret, or the private key as PEM.' }),
  algorithm: oneOf(jwtAlgorithms, { description: 'How the token is signed.' }),
  base64_encode_secret_key: optional(condition([], { description: 'Sign with the base64 form of the key; some APIs want it.' })),
  passphrase: optional(template(roots, { description: 'Opens an encrypted private key.' })),
  token_duration: withDefault(integer({ description: 'Seconds that a token is good for.' }), 1200),
  header_prefix: optional(template(roots, { description: 'Written before the token, such as Bearer.' })),
  jwt_headers: optional(mapping(roots, { description: 'The headers kid, typ and cty.' })),
  additional_jwt_headers: optional(mapping(roots, { description: 'Further headers of the token.' })),
  jwt_payload: optional(mapping(roots, { description: 'The claims iss, sub and aud.' })),
  additional_jwt_payload: optional(mapping(roots, { description: 'Further claims.' })),
  request_option: optional(
    slot(RequestOption, { description: 'Where the token goes; the Authorization header when absent.', default_type: 'RequestOption' }),
  ),
}

export const JwtAuthenticator = defineComponent(Authenticator, {
  type: 'JwtAuthenticator',
  summary: 'Signs a JSON Web Token for every request.',
  fields,
  examples: [
    {
      title: 'A key shared with the API',
      manifest: {
        type: 'JwtAuthenticator',
        secret_key: "{{ config['secret_key'] }}",
        algorithm: 'HS256',
        header_prefix: 'Bearer',
        jwt_payload: { iss: "{{ config['key_id'] }}", aud: 'https://api.example.com' },
      },
    },
  ],
  create: (values, context) => {
    const token = () => signed(values, context)
    const { request_option: option } = values
    return { token, parts: (seen) => (option ? option.inject(token(), seen) : { headers: { Authorization: token() } }) }
  },
})

function signed(values: Values<typeof fields>, context: BuildContext): string {
  const { dialect, services } = context
  const { algorithm } = values
  const key = text(values.secret_key, scope, dialect)
  const passphrase = values.passphrase && text(values.passphrase, scope, dialect)
  for (const secret of [key, passphrase]) if (secret) services.http.secret(secret)
  const secret = values.base64_encode_secret_key?.evaluate({}) ? Buffer.from(key, 'utf8').toString('base64') : key
  const now = Math.floor(services.clock.now() / 1000)
  const times = { iat: now, exp: now + values.token_duration, nbf: now }
  const headers = claims(values.additional_jwt_headers, values.jwt_headers, ['kid', 'typ', 'cty', 'alg'])
  const payload = claims(values.additional_jwt_payload, values.jwt_payload, ['iss', 'sub', 'aud', 'iat', 'exp', 'nbf'])
  const token = signJwt(
    { typ: 'JWT', ...headers, alg: algorithm },
    { ...payload, ...times },
    { algorithm, secret, passphrase: passphrase || undefined },
  )
  services.http.secret(token)
  const prefix = values.header_prefix ? text(values.header_prefix, scope, dialect) : ''
  return prefix === '' ? token : `${prefix} ${token}`
}

/** Free names from one mapping, reserved ones from the other; a free name that is reserved is a mistake of the manifest. */
function claims(free: BoundMapping | undefined, own: BoundMapping | undefined, reserved: readonly string[]): Record<string, unknown> {
  const more = evaluated(free)
  const taken = Object.keys(more).find((name) => reserved.includes(name))
  if (taken !== undefined) throw new ConfigError('ERR_MANIFEST_INVALID', `'${taken}' is reserved and cannot be set as an additional one`)
  const known = evaluated(own)
  const named = reserved.filter((name) => known[name] !== undefined && known[name] !== null).map((name) => [name, known[name]])
  return { ...more, ...Object.fromEntries(named) }
}

function evaluated(values: BoundMapping | undefined): Readonly<Record<string, unknown>> {
  const result = values?.evaluate(scope)
  return isNode(result) ? result : {}
}
