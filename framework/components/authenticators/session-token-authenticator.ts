import { AuthenticationError, ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, optional, slot, string } from '../../manifest/definition/fields.ts'
import { addDuration, datetimeOfEpochMs, parseDuration } from '../../template/python/datetime.ts'
import { Decoder } from '../decoders/decoder.ts'
import { Requester } from '../read/requester.ts'
import { valueAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'
import { Authenticator } from './authenticator.ts'
import { SessionToken } from './session-token.ts'
import { SessionTokenUse } from './session-token-use.ts'

export const SessionTokenAuthenticator = defineComponent(Authenticator, {
  type: 'SessionTokenAuthenticator',
  summary: 'Logs in with a request of its own and sends the session token that it gets.',
  fields: {
    login_requester: slot(Requester, { description: 'Sends the login.', default_type: 'HttpRequester' }),
    session_token_path: list(string({ description: 'A segment.' }), { description: 'Path of the token in the answer.' }),
    expiration_duration: optional(
      string({
        description: 'How long a token is good for, as ISO-8601 duration. Without it there is a login before every request.',
        examples: ['PT1H'],
      }),
    ),
    request_authentication: slot(SessionTokenUse, { description: 'How requests carry the token.' }),
    decoder: slot(Decoder, { description: 'Reads the format of the answer.', default_type: 'JsonDecoder' }),
  },
  examples: [
    {
      title: 'A session of one hour',
      manifest: {
        type: 'SessionTokenAuthenticator',
        login_requester: {
          type: 'HttpRequester',
          url_base: 'https://api.example.com/login',
          http_method: 'POST',
          request_body_json: { user: "{{ config['user'] }}", password: "{{ config['password'] }}" },
        },
        session_token_path: ['session', 'token'],
        expiration_duration: 'PT1H',
        request_authentication: { type: 'Bearer' },
      },
    },
  ],
  create: ({ login_requester, session_token_path: path, expiration_duration, request_authentication, decoder }, { services, dialect }) => {
    if (path.length === 0) throw new ConfigError('ERR_MANIFEST_INVALID', "'session_token_path' is empty")
    const duration = expiration_duration === undefined ? undefined : parseDuration(expiration_duration)
    const login = async () => {
      const { response } = await login_requester.send({ scope: {}, parts: {} })
      const [body] = (await decoder.decode(response)[Symbol.asyncIterator]().next()).value ?? []
      const value = valueAt(body, path)
      if (value === undefined || value === null) {
        throw new AuthenticationError('ERR_SESSION_TOKEN_MISSING', `the login was answered without '${path.join('.')}'`)
      }
      services.http.secret(valueText(value, dialect))
      return valueText(value, dialect)
    }
    const { clock } = services
    const expiry = () => (duration ? addDuration(datetimeOfEpochMs(clock.now()), duration).timestamp * 1000 : Number.NEGATIVE_INFINITY)
    const session = new SessionToken({ login, expiry, now: clock.now })
    return {
      parts: async (scope) => request_authentication.parts(await session.get(), scope),
    }
  },
})
