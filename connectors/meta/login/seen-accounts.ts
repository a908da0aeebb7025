import { defined } from '../../../framework/defined.ts'
import { AuthenticationError, ConnectorError, type SeenAccount, type TokenAccess } from '../../../framework/index.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { graphCall, type MetaLogin, versionOf } from './token-call.ts'

export interface AccountQuery {
  readonly login: MetaLogin
  readonly token: string
  readonly signal?: AbortSignal | undefined
}

const FIELDS = 'id,name,instagram_business_account{id,username}'
/** Of a hundred Pages each; a login that sees more is a mistake in the paging. */
const MAX_PAGES = 100

/**
 * The accounts that a token sees: those of the user's Pages for Facebook Login (also with a Page token), the one of the token for Instagram
 * Login. Pages that a business owns without the user being on their list are not found.
 */
export async function seenAccounts(access: TokenAccess, query: AccountQuery): Promise<readonly SeenAccount[]> {
  access.http.secret(query.token)
  return query.login === 'instagram' ? ownAccount(access, query) : accountsOfPages(access, query)
}

async function ownAccount(access: TokenAccess, { token, signal }: AccountQuery): Promise<readonly SeenAccount[]> {
  const body = await graphCall(access, {
    method: 'GET',
    host: 'instagram',
    path: `/${versionOf(access)}/me`,
    params: { fields: 'user_id,username' },
    token,
    signal,
  })
  const account = accountOf(body['user_id'], body['username'])
  return account ? [account] : []
}

async function accountsOfPages(access: TokenAccess, query: AccountQuery): Promise<readonly SeenAccount[]> {
  const seen = new Map<string, SeenAccount>()
  const cursors = new Set<string>()
  for (let after: string | undefined; ; ) {
    const body = await listPages(access, query, after)
    for (const account of accountsIn(body)) seen.set(account.externalId, account)
    after = nextCursor(body)
    if (after === undefined) return [...seen.values()]
    if (cursors.has(after) || cursors.size >= MAX_PAGES) {
      throw new ConnectorError('ERR_PAGE_LOOP', 'the list of Pages does not end', { failureType: 'transient_error' })
    }
    cursors.add(after)
  }
}

/** Of a list of Pages, or of one Page. */
function accountsIn(body: Readonly<Record<string, unknown>>): readonly SeenAccount[] {
  const pages: readonly unknown[] = Array.isArray(body['data']) ? body['data'] : [body]
  return pages.flatMap((page) => {
    const found = isObject(page) ? page['instagram_business_account'] : undefined
    return (isObject(found) ? accountOf(found['id'], found['username']) : undefined) ?? []
  })
}

async function listPages(access: TokenAccess, { token, signal }: AccountQuery, after: string | undefined) {
  const end = { token, signal }
  const version = versionOf(access)
  const params = { fields: FIELDS, limit: '100', ...defined({ after }) }
  try {
    return await graphCall(access, { method: 'GET', host: 'facebook', path: `/${version}/me/accounts`, params, ...end })
  } catch (thrown) {
    // The token of a Page has no list: it is the Page.
    const isRefused = thrown instanceof ConnectorError && thrown.failureType !== 'transient_error'
    if (!isRefused || thrown instanceof AuthenticationError) throw thrown
    return await graphCall(access, { method: 'GET', host: 'facebook', path: `/${version}/me`, params: { fields: FIELDS }, ...end })
  }
}

/** A page may be short or empty and have a next one: only `next` tells. */
function nextCursor(body: Readonly<Record<string, unknown>>): string | undefined {
  const paging = body['paging']
  if (!isObject(paging) || typeof paging['next'] !== 'string' || !isObject(paging['cursors'])) return undefined
  const after = paging['cursors']['after']
  return typeof after === 'string' ? after : undefined
}

function accountOf(id: unknown, username: unknown): SeenAccount | undefined {
  if (typeof id !== 'string' && typeof id !== 'number') return undefined
  return { externalId: String(id), name: typeof username === 'string' && username !== '' ? username : String(id) }
}
