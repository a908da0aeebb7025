import {
  boolean,
  condition,
  integer,
  list,
  mapping,
  optional,
  slot,
  string,
  template,
  withDefault,
} from '../../manifest/definition/fields.ts'
import { Authenticator } from './authenticator.ts'
import { TokenUpdater } from './refresh-token-updater.ts'

const named = (what: string, fallback: string) => optional(template([], { description: `Name of ${what}; ${fallback} when absent.` }))

/** Fields of OAuthAuthenticator. */
export const oauthFields = {
  token_refresh_endpoint: optional(template([], { description: 'Address that gives access tokens.' })),
  client_id: optional(template([], { description: 'The client id.' })),
  client_secret: optional(template([], { description: 'The client secret; some providers take an empty one.' })),
  refresh_token: optional(template([], { description: 'The refresh token, for the grant type of that name.' })),
  grant_type: optional(template([], { description: 'The grant type, such as client_credentials; refresh_token when absent.' })),
  scopes: optional(list(string({ description: 'A scope.' }), { description: 'Scopes to ask for.' })),
  client_id_name: named('the field that carries the client id', 'client_id'),
  client_secret_name: named('the field that carries the client secret', 'client_secret'),
  refresh_token_name: named('the field that carries the refresh token', 'refresh_token'),
  grant_type_name: named('the field that carries the grant type', 'grant_type'),
  access_token_name: named('the access token in the answer, at any depth', 'access_token'),
  expires_in_name: named('the lifetime in the answer', 'expires_in'),
  access_token_value: optional(template([], { description: 'An access token to begin with; without an endpoint it is used as it is.' })),
  token_expiry_date: optional(template([], { description: 'When that access token expires.' })),
  token_expiry_date_format: optional(string({ description: 'Set where the answer tells a date instead of seconds: its format.' })),
  refresh_request_body: optional(mapping([], { description: 'Further fields of the request; they replace none of the others.' })),
  refresh_request_headers: optional(
    mapping([], { description: 'Headers of the request; with an Authorization header the client stays out of the body.' }),
  ),
  send_refresh_request_as_query_params: withDefault(boolean({ description: 'Send the fields in the query instead of the body.' }), false),
  refresh_token_updater: optional(
    slot(TokenUpdater, { description: 'Keeps new tokens in the config.', default_type: 'RefreshTokenUpdater' }),
  ),
  refresh_token_error_status_codes: optional(
    list(integer({ description: 'A status.' }), { description: 'HTTP statuses of a refused refresh token; 400 when absent.' }),
  ),
  refresh_token_error_key: optional(string({ description: 'Key of the error body that names the error; error when absent.' })),
  refresh_token_error_values: optional(
    list(string({ description: 'A value.' }), {
      description: 'Values that mean a refused refresh token; invalid_grant and invalid_permissions when absent.',
    }),
  ),
  use_profile_assertion: optional(condition([], { description: 'Log in with a signed assertion instead of client and refresh token.' })),
  profile_assertion: optional(
    slot(Authenticator, { description: 'Signs that assertion: a JwtAuthenticator.', default_type: 'JwtAuthenticator' }),
  ),
} as const
