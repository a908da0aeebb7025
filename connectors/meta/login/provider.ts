import { defined } from '../../../framework/defined.ts'
import { ConfigError, type Connected, ConnectorError, suggest, type TokenAccess, type TokenProvider } from '../../../framework/index.ts'
import { authorizeUrl, exchangeCode } from './oauth.ts'
import { seenAccounts } from './seen-accounts.ts'
import { GRAPH_HOSTS, type MetaLogin } from './token-call.ts'
import { debugToken, exchangeToken, tryToken } from './tokens.ts'

/** Tokens of both logins of Meta. */
export const metaTokens: TokenProvider = {
  name: 'meta',
  logins: [
    {
      name: 'facebook',
      title: 'Facebook Login',
      description: 'For the accounts of all your Pages.',
      dialog: 'facebookDialog',
      expiry: 'maybe',
      minAgeHours: 0,
      pkce: true,
    },
    {
      name: 'instagram',
      title: 'Instagram Login',
      description: 'For one professional account, without a Page.',
      dialog: 'instagramDialog',
      expiry: 'always',
      minAgeHours: 24,
      pkce: false,
    },
  ],
  hosts: GRAPH_HOSTS,
  loginOf,
  placesOf: (config) => {
    const text = (field: string) => (typeof config[field] === 'string' && config[field] !== '' ? config[field] : undefined)
    const version = text('api_version')
    const hosts = { facebook: text('base_url'), instagram: text('instagram_base_url') }
    return { hosts: given(hosts), ...defined({ version }) }
  },
  inspect: inspectToken,
  refresh: (access, token, call) => exchangeToken(access, token, { ...call, login: ours(call.login) }),
  verify: (access, token, call) => tryToken(access, token, { ...call, login: ours(call.login) }),
  knowsDates: ({ apps }, login) => login === 'facebook' && apps?.['facebook'] !== undefined,
  dates: (access, token, { signal }) => debugToken(access, token, signal),
  loginUrl: (access, request) => authorizeUrl(access, { ...request, login: ours(request.login) }),
  exchange: (access, code) => exchangeCode(access, { ...code, login: ours(code.login) }),
}

/** By how the tokens of a login begin. */
function loginOf(token: string): MetaLogin | undefined {
  if (token.startsWith('EAA')) return 'facebook'
  return token.startsWith('IG') ? 'instagram' : undefined
}

/** Dates are known as far as the API tells them: debug_token, which needs the app; Instagram Login tells none before the first refresh. */
async function inspectToken(
  access: TokenAccess,
  { token, login: wanted, signal }: Parameters<TokenProvider['inspect']>[1],
): Promise<Connected> {
  const login = loginOf(token) ?? ours(wanted ?? 'facebook')
  if (wanted !== undefined && wanted !== login) {
    throw new ConfigError('ERR_TOKEN_LOGIN', `the token comes from ${login} login, not from ${wanted} login`)
  }
  const facts = login === 'facebook' && access.apps?.['facebook'] ? await debugToken(access, token, signal) : undefined
  const accounts = await seenAccounts(access, { login, token, signal })
  if (accounts.length === 0) {
    const advice =
      login === 'facebook' ? 'it needs pages_show_list, instagram_basic and a Page with an account' : 'it needs a professional account'
    throw new ConnectorError('ERR_NO_ACCOUNTS', `the token sees no Instagram account: ${advice}`, { failureType: 'config_error' })
  }
  // Nobody tells the age of a token of Instagram Login: from now on it is a day until it may be refreshed.
  const createdAt = login === 'instagram' ? new Date(access.clock.now()).toISOString() : facts?.createdAt
  return { login, token: { accessToken: token, createdAt, expiresAt: facts?.expiresAt }, accounts }
}

/** Throws ConfigError ERR_LOGIN_UNKNOWN. */
function ours(login: string): MetaLogin {
  if (login === 'facebook' || login === 'instagram') return login
  throw new ConfigError('ERR_LOGIN_UNKNOWN', `Meta has no login '${login}'; ${suggest(login, ['facebook', 'instagram'])}`)
}

function given(hosts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(hosts).flatMap(([name, url]) => (url === undefined ? [] : [[name, url]])))
}
