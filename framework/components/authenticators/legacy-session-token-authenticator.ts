import { AuthenticationError, ConfigError } from '../../errors.ts'
import type { HttpRequest, HttpResponse } from '../../http/request.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import { type BoundTemplate, optional, template } from '../../manifest/definition/fields.ts'
import { DAY_MS } from '../../time.ts'
import { jsonOr } from '../values/error-text.ts'
import { jsonText } from '../values/value-text.ts'
import { Authenticator, type CredentialTarget } from './authenticator.ts'
import { text } from './credential.ts'
import { loginHandler } from './login-handler.ts'
import { SessionToken } from './session-token.ts'

const path = (description: string) => template([], { description })

const fields = {
  header: path('Name of the header that carries the token.'),
  session_token: optional(path('A token to begin with; it is used as long as the API accepts it.')),
  session_token_response_key: path('Key of the token in the answer to the login.'),
  username: optional(path('The user name.')),
  password: optional(path('The password.')),
  login_url: path('Written behind `url_base`: where user name and password are posted to.'),
  validate_session_url: path('Written behind `url_base`: what tells whether a token is good.'),
}

export const LegacySessionTokenAuthenticator = defineComponent(Authenticator, {
  type: 'LegacySessionTokenAuthenticator',
  summary: 'Sends a session token of the config, or one that user name and password give; SessionTokenAuthenticator says more.',
  fields,
  examples: [
    {
      title: 'A session of a day',
      manifest: {
        type: 'LegacySessionTokenAuthenticator',
        header: 'X-Session',
        session_token: "{{ config['session_token'] }}",
        session_token_response_key: 'id',
        username: "{{ config['username'] }}",
        password: "{{ config['password'] }}",
        login_url: 'session',
        validate_session_url: 'user/current',
      },
    },
  ],
  create: (values, context) => ({
    parts: async (_, target) => {
      if (!target) throw new ConfigError('ERR_MANIFEST_INVALID', 'a LegacySessionTokenAuthenticator belongs to an HttpRequester')
      const token = await openSession(values, target, context).get()
      return { headers: { [text(values.header, {}, context.dialect)]: token } }
    },
  }),
})

type Fields = Values<typeof fields>

function openSession(values: Fields, { base }: CredentialTarget, context: BuildContext): SessionToken {
  const { clock } = context.services
  const read = (template: BoundTemplate | undefined) => (template ? text(template, {}, context.dialect) : '')
  const evaluated = Object.fromEntries(Object.keys(fields).map((name) => [name, read(values[name as keyof Fields])]))
  const login = () => currentToken(base, evaluated as Evaluated, context)
  const create = () => new SessionToken({ login, expiry: () => clock.now() + DAY_MS, now: clock.now })
  return context.services.shared(JSON.stringify(['session', base, evaluated]), create)
}

type Evaluated = Readonly<Record<keyof Fields, string>>

async function currentToken(base: string, settings: Evaluated, { services }: BuildContext): Promise<string> {
  const { session_token: given, username, password, session_token_response_key: key } = settings
  for (const secret of [given, password]) if (secret !== '') services.http.secret(secret)
  const refusal = { statusCodes: [], key: '', values: [] }
  const send = async (request: HttpRequest) => (await services.http.send(() => request, loginHandler(refusal))).response
  if (given !== '' && (await isGood({ base, settings, send }))) return given
  if (username === '' || password === '') {
    throw new AuthenticationError('ERR_LOGIN_REFUSED', 'the session token is not valid, and there is no user name with password to log in')
  }
  const response = await send({
    ...{ method: 'POST', url: `${base}${settings.login_url}`, headers: { 'Content-Type': 'application/json' } },
    body: jsonText({ username, password }),
  })
  return tokenOf(response, key, services.http.secret)
}

interface Look {
  readonly base: string
  readonly settings: Evaluated
  readonly send: (request: HttpRequest) => Promise<HttpResponse>
}

async function isGood({ base, settings, send }: Look): Promise<boolean> {
  const headers = { [settings.header]: settings.session_token }
  try {
    await send({ method: 'GET', url: `${base}${settings.validate_session_url}`, headers })
    return true
  } catch (thrown) {
    if (thrown instanceof AuthenticationError) return false
    throw thrown
  }
}

function tokenOf(response: HttpResponse, key: string, register: (secret: string) => void): string {
  const body = jsonOr(response, undefined)
  const token = isNode(body) ? body[key] : undefined
  if (token === undefined || token === null || token === '') {
    throw new AuthenticationError('ERR_SESSION_TOKEN_MISSING', `the login was answered without '${key}'`)
  }
  register(String(token))
  return String(token)
}
