import { ConfigError } from '../../errors.ts'
import { type BuildContext, defineComponent, type Values } from '../../manifest/definition/component.ts'
import type { BoundTemplate } from '../../manifest/definition/fields.ts'
import { valueAt } from '../values/field-path.ts'
import { valueText } from '../values/value-text.ts'
import { Authenticator } from './authenticator.ts'
import { text } from './credential.ts'
import type { GrantRefusal } from './login-handler.ts'
import { oauthFields } from './oauth-fields.ts'
import { type Grant, oauthRequest } from './oauth-request.ts'
import { OAuthSession } from './oauth-session.ts'
import { momentOf } from './token-answer.ts'
import { configStore, memoryStore, type Token } from './token-store.ts'

export const OAuthAuthenticator = defineComponent(Authenticator, {
  type: 'OAuthAuthenticator',
  summary: 'Logs in with OAuth 2.0 and sends `Authorization: Bearer <access token>`; gets a new token when the old one expires.',
  fields: oauthFields,
  examples: [
    {
      title: 'A refresh token in the config',
      manifest: {
        type: 'OAuthAuthenticator',
        token_refresh_endpoint: 'https://auth.example.com/oauth/token',
        client_id: "{{ config['client_id'] }}",
        client_secret: "{{ config['client_secret'] }}",
        refresh_token: "{{ config['refresh_token'] }}",
      },
    },
    {
      title: 'Refresh tokens that can be used only once',
      manifest: {
        type: 'OAuthAuthenticator',
        token_refresh_endpoint: 'https://auth.example.com/oauth/token',
        client_id: "{{ config['credentials']['client_id'] }}",
        client_secret: "{{ config['credentials']['client_secret'] }}",
        refresh_token_updater: { type: 'RefreshTokenUpdater' },
      },
    },
  ],
  create: (fields, context) => {
    checkFields(fields)
    const fixed = fields.token_refresh_endpoint ? undefined : fields.access_token_value
    if (fixed) return { parts: () => bearer(secretText(fixed, context)) }
    let session: OAuthSession | undefined
    const open = () => {
      session ??= openSession(fields, context)
      return session
    }
    return {
      parts: async () => bearer(await open().token()),
      refresh: async ({ headers }) => {
        await open().replace(headers?.['Authorization']?.replace(/^Bearer /, '') ?? '')
        return true
      },
    }
  },
})

type Fields = Values<typeof oauthFields>

const ASSERTION_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

function bearer(token: string) {
  return { headers: { Authorization: `Bearer ${token}` } }
}

function usesAssertion({ use_profile_assertion: condition }: Fields): boolean {
  return condition?.evaluate({}) ?? false
}

function checkFields(fields: Fields): void {
  const wrong = (message: string) => new ConfigError('ERR_MANIFEST_INVALID', `an OAuthAuthenticator needs ${message}`)
  const { token_refresh_endpoint: endpoint, refresh_token_updater: updater, access_token_value, client_id, client_secret } = fields
  if (!endpoint && !access_token_value) throw wrong("'token_refresh_endpoint' or 'access_token_value'")
  if (!endpoint) return
  if (usesAssertion(fields)) {
    if (!fields.profile_assertion?.token) throw wrong("a 'profile_assertion' that signs, a JwtAuthenticator")
    return
  }
  if (!updater && (!client_id || !client_secret)) throw wrong("'client_id' and 'client_secret'")
  const byRefreshToken = (fields.grant_type?.source ?? 'refresh_token') === 'refresh_token'
  if (byRefreshToken && !updater && !fields.refresh_token) throw wrong("'refresh_token' for the grant type refresh_token")
}

/** Streams that log in alike share the session, whose tokens may be good for one use only. */
function openSession(fields: Fields, context: BuildContext): OAuthSession {
  const { services } = context
  const updater = fields.refresh_token_updater
  const named = (template: BoundTemplate | undefined, fallback: string) => (template ? plainText(template, context) : fallback)
  const names = {
    access: named(fields.access_token_name, 'access_token'),
    refresh: updater?.refreshTokenName ?? 'refresh_token',
    expires: named(fields.expires_in_name, 'expires_in'),
  }
  const open = () => {
    const store = updater ? configStore(updater.paths, context) : memoryStore(initialToken(fields, context))
    const request = () => oauthRequest(grantOf(fields, context), context.dialect)
    return new OAuthSession({
      ...{ services, store, request, names },
      expiryFormat: fields.token_expiry_date_format,
      refusal: refusalOf(fields),
    })
  }
  // An assertion is signed again each time, so that two of them cannot be compared.
  if (usesAssertion(fields)) return open()
  // Tokens in the config make no difference between two logins: they are what the login changes.
  const { refreshToken, ...login } = grantOf(fields, context)
  return services.shared(JSON.stringify(['oauth', login, updater ? updater.paths : refreshToken, names]), open)
}

function grantOf(fields: Fields, context: BuildContext): Grant {
  const { refresh_token_updater: updater } = fields
  const named = (template: BoundTemplate | undefined, fallback: string) => (template ? plainText(template, context) : fallback)
  const grant = fields.grant_type ? plainText(fields.grant_type, context) : 'refresh_token'
  const assertion = usesAssertion(fields) ? fields.profile_assertion?.token?.() : undefined
  const endpoint = fields.token_refresh_endpoint ? plainText(fields.token_refresh_endpoint, context) : ''
  if (endpoint === '') throw new ConfigError('ERR_CONFIG_INVALID', "'token_refresh_endpoint' is empty; check the config")
  return {
    endpoint,
    grant: [named(fields.grant_type_name, 'grant_type'), assertion === undefined ? grant : ASSERTION_GRANT],
    client: [
      [named(fields.client_id_name, 'client_id'), clientText(fields.client_id, 'client_id', context)],
      [named(fields.client_secret_name, 'client_secret'), clientText(fields.client_secret, 'client_secret', context)],
    ],
    refreshToken: [
      named(fields.refresh_token_name, 'refresh_token'),
      updater ? configSecret(updater.paths.refresh, context) : fields.refresh_token && secretText(fields.refresh_token, context),
    ],
    scopes: fields.scopes ?? [],
    extra: fields.refresh_request_body?.evaluate({}),
    headers: fields.refresh_request_headers?.evaluate({}),
    inQuery: fields.send_refresh_request_as_query_params,
    assertion,
  }
}

function initialToken(fields: Fields, context: BuildContext): Token | undefined {
  if (!fields.access_token_value) return undefined
  const expires = fields.token_expiry_date ? plainText(fields.token_expiry_date, context) : ''
  return { access: secretText(fields.access_token_value, context), expires: expires === '' ? 0 : momentOf(expires) }
}

/** May be said at the authenticator or, as older manifests do, at the updater. */
function refusalOf(fields: Fields): GrantRefusal {
  return {
    statusCodes: fields.refresh_token_error_status_codes ?? [400],
    key: fields.refresh_token_error_key ?? 'error',
    values: fields.refresh_token_error_values ?? ['invalid_grant', 'invalid_permissions'],
    ...fields.refresh_token_updater?.refusal,
  }
}

function plainText(template: BoundTemplate, { dialect }: BuildContext): string {
  return text(template, {}, dialect)
}

function secretText(template: BoundTemplate, context: BuildContext): string {
  const value = plainText(template, context)
  if (value !== '') context.services.http.secret(value)
  return value
}

/** With an updater the client may also stand in the config where the platform puts it. */
function clientText(template: BoundTemplate | undefined, key: 'client_id' | 'client_secret', context: BuildContext): string {
  const value = template ? plainText(template, context) : configText(['credentials', key], context)
  if (value !== '' && key === 'client_secret') context.services.http.secret(value)
  return value
}

function configText(path: readonly string[], { config, dialect }: BuildContext): string {
  const value = valueAt(config, path)
  return value === undefined || value === null ? '' : valueText(value, dialect)
}

function configSecret(path: readonly string[], context: BuildContext): string {
  const value = configText(path, context)
  if (value !== '') context.services.http.secret(value)
  return value
}
