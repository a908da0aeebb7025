import { type Clock, systemClock } from '../../framework/clock.ts'
import { type ConnectorHttpClient, createHttpClient } from '../../framework/http/create-client.ts'
import { createRedactor } from '../../framework/http/redaction/redaction.ts'
import type { Config, Services } from '../../framework/manifest/definition/component.ts'
import type { LogLevel } from '../../framework/protocol/messages.ts'
import type { ActionJournal } from '../../framework/runtime/ports/action-journal.ts'

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
  /** Where posts are written down. By default in memory: a restarted program has forgotten them. */
  readonly journal?: ActionJournal
  /** Told what happens; secrets are masked. */
  readonly log?: (level: Lowercase<LogLevel>, message: string) => void
  readonly clock?: Clock
}

/** Host of Instagram Login: its tokens work nowhere else, and it neither uploads nor deletes. */
const INSTAGRAM_HOST = 'graph.instagram.com'

export interface FacadeServices {
  readonly services: Services
  readonly http: ConnectorHttpClient
  /** Without secrets. */
  readonly redact: (text: string) => string
}

export function openServices({ baseUrl, log, clock = systemClock }: InstagramConnectorConfig): FacadeServices {
  const { redact, secret } = createRedactor()
  const report = {
    log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => log?.(level, redact(message)),
    finding: () => undefined,
    rateLimited: () => undefined,
  }
  const own = baseUrl === undefined ? [] : [new URL(baseUrl).origin]
  const http = createHttpClient({
    allowedOrigins: ['graph.facebook.com', INSTAGRAM_HOST, 'rupload.facebook.com', ...own],
    clock,
    report,
    redactor: { redact, secret },
  })
  return { services: { http, clock, report, updateConfig: () => undefined }, http, redact }
}

/** The config of the manifest. Nothing is asked, and no container is made twice, unless the caller says so. */
export function manifestConfig(given: InstagramConnectorConfig, { checkQuota }: { readonly checkQuota: boolean }): Config {
  const { accessToken, instagramAccountId, apiVersion = 'v26.0', baseUrl, fallbackAccessToken, appSecret } = given
  const instagram = baseUrl !== undefined && new URL(baseUrl).hostname === INSTAGRAM_HOST
  const base = baseUrl?.replace(/\/+$/, '')
  return {
    access_token: accessToken,
    instagram_account_id: instagramAccountId,
    api_version: /^\d/.test(apiVersion) ? `v${apiVersion}` : apiVersion,
    login_type: instagram ? 'instagram' : 'facebook',
    ...(base === undefined ? {} : { [instagram ? 'instagram_base_url' : 'base_url']: base }),
    ...(fallbackAccessToken === undefined ? {} : { fallback_token: fallbackAccessToken }),
    ...(appSecret === undefined ? {} : { app_secret: appSecret }),
    check_quota: checkQuota,
    create_retries: 0,
    reconcile_looks: 3,
    local_media: true,
  }
}
