import { defined } from '../../defined.ts'
import { ConfigError } from '../../errors.ts'
import type { HttpRequest } from '../../http/request.ts'
import { isNode } from '../../manifest/definition/build.ts'
import type { Dialect } from '../../template/template.ts'
import { formText, withParams } from '../values/url.ts'
import { textFields, valueText } from '../values/value-text.ts'

/** What a login sends, evaluated. */
export interface Grant {
  readonly endpoint: string
  /** Name and value of `grant_type`. */
  readonly grant: readonly [name: string, value: string]
  /** Names and values of client id and secret. */
  readonly client: readonly (readonly [name: string, value: string])[]
  /** Left out of the request when undefined. */
  readonly refreshToken: readonly [name: string, value: string | undefined]
  readonly scopes: readonly string[]
  /** Further fields; they never replace those above. */
  readonly extra: unknown
  readonly headers: unknown
  readonly inQuery: boolean
  /** A signed assertion stands in for client and refresh token. */
  readonly assertion: string | undefined
}

/** The request of RFC 6749: a form, or query parameters where the provider wants them there. */
export function oauthRequest(grant: Grant, dialect: Dialect): HttpRequest {
  const headers = Object.fromEntries(Object.entries(isNode(grant.headers) ? grant.headers : {}).map(([k, v]) => [k, valueText(v, dialect)]))
  const fields = textFields(fieldsOf(grant, headers), dialect)
  if (grant.inQuery) return { method: 'POST', url: withParams(grant.endpoint, fields), headers }
  const typed = hasHeader(headers, 'content-type') ? headers : { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', url: grant.endpoint, headers: typed, body: formText(fields) }
}

function fieldsOf(grant: Grant, headers: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const type = { [grant.grant[0]]: grant.grant[1] }
  if (grant.assertion !== undefined) return { ...type, assertion: grant.assertion }
  // Providers that read the client from the header refuse requests that say it twice.
  const client = hasHeader(headers, 'authorization') ? [] : checked(grant.client)
  const [refreshName, refreshToken] = grant.refreshToken
  const own = {
    ...type,
    ...Object.fromEntries(client),
    ...defined({ [refreshName]: refreshToken }),
    ...(grant.scopes.length > 0 ? { scopes: grant.scopes } : {}),
  }
  return { ...own, ...(isNode(grant.extra) ? grant.extra : {}), ...own }
}

/** Some providers take an empty secret; none an empty client. */
function checked(client: Grant['client']): Grant['client'] {
  const [id] = client
  if (id?.[1] !== '') return client
  throw new ConfigError('ERR_CREDENTIAL_MISSING', `'${id[0]}' is empty; check the config`)
}

function hasHeader(headers: Readonly<Record<string, string>>, name: string): boolean {
  return Object.keys(headers).some((key) => key.toLowerCase() === name)
}
