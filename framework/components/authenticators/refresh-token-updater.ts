import { defineComponent, defineFamily } from '../../manifest/definition/component.ts'
import { integer, list, optional, string, withDefault } from '../../manifest/definition/fields.ts'
import type { GrantRefusal } from './login-handler.ts'
import type { ConfigPaths } from './token-store.ts'

/** Where in the config the tokens of a login are kept for the next run. */
export interface TokenUpdater {
  /** Name of the refresh token in the answer. */
  readonly refreshTokenName: string
  readonly paths: ConfigPaths
  readonly refusal: Partial<GrantRefusal>
}
export const TokenUpdater = defineFamily<TokenUpdater>('TokenUpdater', 'Keeps new tokens in the config.')

const path = (description: string, examples: readonly unknown[]) =>
  optional(list(string({ description: 'A key.' }), { description, examples }))

export const RefreshTokenUpdater = defineComponent(TokenUpdater, {
  type: 'RefreshTokenUpdater',
  summary: 'Writes access token, refresh token and expiry back into the config, for refresh tokens that can be used only once.',
  fields: {
    refresh_token_name: withDefault(string({ description: 'Name of the new refresh token in the answer.' }), 'refresh_token'),
    access_token_config_path: path('Path of the access token in the config.', [['credentials', 'access_token']]),
    refresh_token_config_path: path('Path of the refresh token in the config.', [['credentials', 'refresh_token']]),
    token_expiry_date_config_path: path('Path of the expiry date in the config.', [['credentials', 'token_expiry_date']]),
    refresh_token_error_status_codes: optional(
      list(integer({ description: 'A status.' }), { description: 'HTTP statuses of a refused refresh token.' }),
    ),
    refresh_token_error_key: optional(string({ description: 'Key of the error body that names the error.' })),
    refresh_token_error_values: optional(
      list(string({ description: 'A value.' }), { description: 'Values of that key that mean a refused refresh token.' }),
    ),
  },
  examples: [
    {
      title: 'Tokens at the top of the config',
      manifest: {
        type: 'RefreshTokenUpdater',
        access_token_config_path: ['access_token'],
        refresh_token_config_path: ['refresh_token'],
        token_expiry_date_config_path: ['token_expiry_date'],
      },
    },
  ],
  create: (fields) => ({
    refreshTokenName: fields.refresh_token_name,
    paths: {
      access: fields.access_token_config_path ?? ['credentials', 'access_token'],
      refresh: fields.refresh_token_config_path ?? ['credentials', 'refresh_token'],
      expires: fields.token_expiry_date_config_path ?? ['credentials', 'token_expiry_date'],
    },
    refusal: {
      ...(fields.refresh_token_error_status_codes?.length ? { statusCodes: fields.refresh_token_error_status_codes } : {}),
      ...(fields.refresh_token_error_key ? { key: fields.refresh_token_error_key } : {}),
      ...(fields.refresh_token_error_values?.length ? { values: fields.refresh_token_error_values } : {}),
    },
  }),
})
