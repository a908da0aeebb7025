import type { Requester } from '../../../framework/components/read/requester.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import type { HttpResponse } from '../../../framework/http/request.ts'
import type { BuildContext } from '../../../framework/manifest/definition/component.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { isAnswer, readPermissions } from './permissions.ts'

/** What can be learned about a token. */
export interface TokenFacts {
  /** `user`, `system user`, `page` …; `access` when unknown. */
  readonly kind: string
  /** Unix seconds; 0 = never; undefined = unknown. */
  readonly expiresAt: number | undefined
  /** Unix seconds until which the person's consent reaches, which each use of the app renews; 0 = for ever; undefined = unknown. */
  readonly dataAccessExpiresAt: number | undefined
  /** Granted scopes; undefined = unknown. */
  readonly scopes: ReadonlySet<string> | undefined
}

/** Of a token whose host says nothing about it. */
export const unknownToken: TokenFacts = { kind: 'access', expiresAt: undefined, dataAccessExpiresAt: undefined, scopes: undefined }

/** Asks debug_token, which answers developers of the app only; for everyone else the permissions have to do. */
export async function readTokenFacts(requester: Requester, token: string, { services }: BuildContext): Promise<TokenFacts> {
  try {
    // The call has no other place for the token; it is a registered secret, so no output shows the address.
    const answer = await requester.send({ scope: {}, path: 'debug_token', parts: { params: { input_token: token } } })
    return debugFacts(answer.response.json())
  } catch (thrown) {
    if (!isAnswer(thrown)) throw thrown
    services.report.log('debug', `debug_token does not answer: ${thrown.message}`)
  }
  return { ...unknownToken, scopes: await readPermissions(requester, services) }
}

function debugFacts(body: unknown): TokenFacts {
  const data = isObject(body) ? body['data'] : undefined
  if (!isObject(data) || data['is_valid'] !== true) throw new ConnectorError('ERR_TOKEN_FACTS', 'debug_token does not know the token')
  const { type, expires_at: expiresAt, data_access_expires_at: dataAccess, scopes } = data
  return {
    kind: typeof type === 'string' ? type.toLowerCase().replaceAll('_', ' ') : 'access',
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
    dataAccessExpiresAt: typeof dataAccess === 'number' ? dataAccess : undefined,
    scopes: Array.isArray(scopes) ? new Set(scopes.map(String)) : undefined,
  }
}

/** Of the wanted scopes those that the token does not have, as far as its scopes are known. */
export function lacking({ scopes }: TokenFacts, wanted: readonly string[]): readonly string[] {
  return scopes === undefined ? [] : wanted.filter((scope) => !scopes.has(scope))
}

/** Whose token it is, from the answer to `/me`. */
export function ownerOf(response: HttpResponse): string {
  const body = response.json()
  return isObject(body) ? String(body['name'] ?? body['username'] ?? body['id'] ?? 'unknown') : 'unknown'
}
