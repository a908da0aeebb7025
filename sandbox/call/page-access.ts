import { GraphError, permission, tokenError } from '../errors.ts'
import type { Call } from './call.ts'

/** How an edge words the refusal of a token that is not a Page token: the API has both, depending on the edge. */
export type Wording = 'code 190' | 'code 210'

/**
 * Lets a call through to the edges of a Page. Throws 190 or 210 for the wrong kind of token, 190 when the Page token lacks
 * `pages_read_engagement` (it reads like an expiry but is a matter of scopes), 10 for another Page's token.
 */
export function requirePageToken({ token }: Call, pageId: string, wording: Wording): void {
  if (token.kind !== 'page') throw wrongKind(wording)
  if (token.pageId !== pageId) throw noRole()
  if (token.scopes.includes('pages_read_engagement')) return
  const message =
    "Any of the pages_read_engagement, pages_manage_metadata, pages_read_user_content, pages_manage_ads, pages_show_list or pages_messaging permission(s) must be granted before impersonating a user's page."
  throw tokenError(message)
}

/** Basic fields of a Page are readable with a user token that sees the Page, or with the Page's own token. */
export function requirePageReader({ token, world }: Call, pageId: string): void {
  if (token.kind === 'page' ? token.pageId === pageId : visiblePages({ token, world }).includes(pageId)) return
  throw noRole()
}

/** Ids of the Pages that a token can see, by whatever way. */
export function visiblePages({ token, world }: Pick<Call, 'token' | 'world'>): readonly string[] {
  if (token.kind === 'app') return []
  const { ownedPages, clientPages } = world.pages.business
  const own = token.pages === 'business' ? [...ownedPages, ...clientPages] : world.pages.accounts(token.pages)
  return (token.targetPages ?? own).filter((id) => world.tokens.hasRole(id))
}

function wrongKind(wording: Wording): GraphError {
  if (wording === 'code 190') return tokenError('This method must be called with a Page Access Token')
  return new GraphError({ code: 210, message: '(#210) A page access token is required to request this resource.' })
}

function noRole(): GraphError {
  const message =
    "This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature. Refer to https://developers.facebook.com/docs/apps/review/login-permissions#manage-pages and https://developers.facebook.com/docs/apps/review/feature#reference-PAGES_ACCESS for details."
  return permission(10, message)
}
