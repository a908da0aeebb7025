import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { AuthenticationError, asConnectorError, ConfigError, ConnectorError, type TokenProvider } from '../framework/index.ts'
import type { ConnectDependencies, RouteDependencies } from './dependencies.ts'

/** Equal texts, in a time that tells nothing of where they differ. */
export function equalSecrets(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/** The request may change something: `Authorization: Bearer <secret>`. Throws ConnectorError ERR_FORBIDDEN otherwise. */
export function requireBearer(context: Context, { secret }: Pick<RouteDependencies, 'secret'>): void {
  requireSecret(/^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1], secret)
}

/** The same with a secret that came in a form. */
export function requireSecret(given: unknown, secret: string | undefined): void {
  if (secret === undefined || secret === '') {
    throw new ConnectorError('ERR_NO_SECRET', 'this service was started without a secret: nothing can be changed through it')
  }
  if (typeof given === 'string' && equalSecrets(given, secret)) return
  throw new AuthenticationError('ERR_FORBIDDEN', 'the secret is missing or wrong')
}

/** True for a browser that gave the secret as password of the page. */
export function knowsPassword(context: Context, secret: string | undefined): boolean {
  const encoded = /^Basic (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  if (encoded === undefined || !secret) return false
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  return equalSecrets(text.slice(text.indexOf(':') + 1), secret)
}

/** Nothing is loaded from elsewhere, nothing runs, nobody frames the page; forms may lead on to the login pages only. */
export function safeHeaders({ connect }: Pick<RouteDependencies, 'connect'>): MiddlewareHandler {
  const dialogs = connect ? connect.providers.flatMap((provider) => dialogsOf(provider, connect)) : []
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["form-action 'self'", ...dialogs.map((url) => new URL(url).origin)].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return async (context, next) => {
    await next()
    context.header('content-security-policy', policy)
    context.header('x-content-type-options', 'nosniff')
    context.header('x-frame-options', 'DENY')
    context.header('referrer-policy', 'no-referrer')
    context.header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
    context.header('cross-origin-opener-policy', 'same-origin')
    if (!context.res.headers.has('cache-control')) context.header('cache-control', 'no-store')
  }
}

/** Where people log in. */
function dialogsOf(provider: TokenProvider, connect: ConnectDependencies): readonly string[] {
  const { hosts = {} } = connect.access(provider)
  return provider.logins.flatMap(({ dialog }) => hosts[dialog] ?? provider.hosts[dialog] ?? [])
}

/** HTTP status of an error that ended a request. */
function statusOf(error: ConnectorError): 400 | 401 | 404 | 409 | 500 | 502 | 503 {
  if (error.code === 'ERR_SYNC_RUNNING' || error.code === 'ERR_STATE_LOCKED') return 409
  if (error.code === 'ERR_NO_SECRET') return 503
  if (error.code === 'ERR_ACCOUNT_UNKNOWN' || error.code === 'ERR_RECIPE_UNKNOWN') return 404
  if (error instanceof AuthenticationError) return 401
  if (error instanceof ConfigError) return 400
  return error.failureType === 'transient_error' ? 502 : 500
}

/** Answers with the code and the message; what nobody foresaw stays in the log. */
export function answerError(thrown: unknown, context: Context, { logger, redact }: Pick<RouteDependencies, 'logger' | 'redact'>): Response {
  const error = asConnectorError(thrown)
  const status = statusOf(error)
  const { code, message } = error
  if (status >= 500) logger.log('error', redact(`${context.req.method} ${context.req.path}: ${code}: ${message}`))
  if (status === 401) context.header('www-authenticate', 'Bearer')
  if (status === 409) context.header('retry-after', '60')
  const shown = code === 'ERR_UNEXPECTED' ? 'something went wrong; the log says what' : redact(message)
  return context.json({ success: false, error: { code, message: shown } }, status)
}
