import type { Call } from '../../call/call.ts'
import { visiblePages } from '../../call/page-access.ts'
import { type GraphError, permission, tokenError, unknownObject } from '../../errors.ts'
import type { Token } from '../../tokens/token.ts'

/**
 * Lets a call through to an account and its media. Throws 100/33 when the token does not see the account, 10 without the basic
 * scope, 10 (or 190/458 at graph.instagram.com) when the owner has withdrawn the right.
 */
export function requireAccount(call: Call, account: string): void {
  const { token, world } = call
  if (!seesAccount(call, account)) throw unknownObject(call.id, call.request.method)
  if (!maySeeInstagram(token)) throw notPermitted()
  if (!world.instagram.isRevoked(account)) return
  if (token.kind !== 'instagram') throw notPermitted()
  throw tokenError('Error validating access token: The user has not authorized the application.', 458)
}

/** Insights need scopes of their own. Throws 10, as recorded. */
export function requireInsights({ token }: Call): void {
  const wanted =
    token.kind === 'instagram' ? ['instagram_business_manage_insights'] : ['instagram_manage_insights', 'pages_read_engagement']
  if (!wanted.every((scope) => token.scopes.includes(scope))) throw notPermitted()
}

/** Whether a token has the scope without which no Instagram account is shown. */
export function maySeeInstagram(token: Token): boolean {
  return token.scopes.includes(token.kind === 'instagram' ? 'instagram_business_basic' : 'instagram_basic')
}

function seesAccount({ token, world }: Call, account: string): boolean {
  if (token.kind === 'instagram') return token.accountId === account
  const page = world.instagram.pageOf(account)
  if (page === undefined) return false
  return token.kind === 'page' ? token.pageId === page : visiblePages({ token, world }).includes(page)
}

/** As recorded for insights without the right. */
export function notPermitted(): GraphError {
  return permission(10, 'Application does not have permission for this action')
}

/** Publishing needs a scope of its own. Throws 10. */
export function requirePublishing({ token }: Call): void {
  const wanted =
    token.kind === 'instagram' ? ['instagram_business_content_publish'] : ['instagram_content_publish', 'pages_read_engagement']
  if (!wanted.every((scope) => token.scopes.includes(scope))) throw notPermitted()
}
