import type { Clock } from '../../framework/clock.ts'
import { defined } from '../../framework/defined.ts'
import type { Config } from '../../framework/manifest/definition/component.ts'
import type { LogLevel } from '../../framework/protocol/messages.ts'
import type { ActionJournal } from '../../framework/runtime/ports/action-journal.ts'

/** Account, token and addresses of an InstagramConnector. A token may be a reference to a secret (`env:NAME`, `file:PATH`). */
export interface InstagramConnectorConfig {
  readonly accessToken: string
  /** Id of the Instagram professional account. */
  readonly instagramAccountId: string
  /** v26.0 by default. */
  readonly apiVersion?: string
  /** https://graph.facebook.com by default; https://graph.instagram.com for tokens of Instagram Login. */
  readonly baseUrl?: string
  /** Another token of the account, for reads that the first one may not make. */
  readonly fallbackAccessToken?: string
  readonly appSecret?: string
  /** Where posts are recorded. By default in memory: a restarted program has forgotten them. */
  readonly journal?: ActionJournal
  /** Called with every log line; secrets are masked. */
  readonly log?: (level: Lowercase<LogLevel>, message: string) => void
  readonly clock?: Clock
}

/** Host of Instagram Login: its tokens work nowhere else, and it neither uploads nor deletes. */
const INSTAGRAM_HOST = 'graph.instagram.com'

/** The config of the manifest. The quota is not read, and no container is created twice, unless the caller asks for it. */
export function manifestConfig(given: InstagramConnectorConfig): Config {
  const { accessToken, instagramAccountId, apiVersion = 'v26.0', baseUrl, fallbackAccessToken, appSecret } = given
  const instagram = baseUrl !== undefined && new URL(baseUrl).hostname === INSTAGRAM_HOST
  const base = baseUrl?.replace(/\/+$/, '')
  return {
    access_token: accessToken,
    instagram_account_id: instagramAccountId,
    api_version: /^\d/.test(apiVersion) ? `v${apiVersion}` : apiVersion,
    login_type: instagram ? 'instagram' : 'facebook',
    ...defined({ [instagram ? 'instagram_base_url' : 'base_url']: base, fallback_token: fallbackAccessToken, app_secret: appSecret }),
    check_quota: false,
    create_retries: 0,
    reconcile_looks: 3,
    local_media: true,
  }
}

/** Does the API run on this machine? Then it fetches media from it too. */
export function isLocal({ baseUrl }: InstagramConnectorConfig): boolean {
  return baseUrl !== undefined && /^(?:localhost|127\.|\[::1\])/.test(new URL(baseUrl).hostname)
}
