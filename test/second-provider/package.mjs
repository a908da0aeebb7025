// A connector of a provider that does not exist, as a user would write it: nothing outside of this folder knows of it.
import { AuthenticationError, ConnectorError } from 'declarative-connector'
import { ShortNote } from './short-note.mjs'

/** Sends one request of the provider's own kind and gives its JSON. */
async function ask({ http, hosts = {} }, { path, token, body, signal }) {
  http.secret(token)
  const request = {
    method: body === undefined ? 'GET' : 'POST',
    url: `${hosts.api ?? tokens.hosts.api}${path}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
  const handler = {
    maxRetries: 1,
    maxTime: 10,
    interpret: ({ response, error }) => {
      if (error) return { action: 'retry', error }
      if (response.status === 401)
        return { action: 'fail', error: new AuthenticationError('ERR_KEY_REVOKED', 'the key of the box was revoked') }
      if (response.status >= 500) {
        return { action: 'retry', error: new ConnectorError('ERR_POSTBOX_DOWN', 'Postbox is down', { failureType: 'transient_error' }) }
      }
      return { action: 'success' }
    },
    backoff: () => 0,
  }
  const { response } = await http.send(() => request, handler, signal ? { signal } : {})
  return response.json()
}

const HOUR_MS = 3_600_000

const tokens = {
  name: 'postbox',
  logins: [
    {
      name: 'postbox',
      title: 'Postbox',
      description: 'For the boxes of one person.',
      dialog: 'door',
      expiry: 'always',
      minAgeHours: 0,
      pkce: false,
    },
  ],
  hosts: { api: 'https://api.postbox.example', door: 'https://door.postbox.example' },
  loginOf: (token) => (token.startsWith('pbx-') ? 'postbox' : undefined),
  placesOf: ({ base_url }) => (typeof base_url === 'string' ? { hosts: { api: base_url } } : {}),
  inspect: async (access, { token, signal }) => {
    const { boxes } = await ask(access, { path: '/whoami', token, signal })
    const now = access.clock.now()
    return {
      login: 'postbox',
      token: { accessToken: token, createdAt: new Date(now).toISOString(), expiresAt: new Date(now + HOUR_MS).toISOString() },
      accounts: boxes.map(({ box, title }) => ({ externalId: box, name: title })),
    }
  },
  refresh: async (access, token, { signal }) => {
    const { key, hours } = await ask(access, { path: '/renew', token, body: {}, signal })
    const now = access.clock.now()
    return { accessToken: key, createdAt: new Date(now).toISOString(), expiresAt: new Date(now + hours * HOUR_MS).toISOString() }
  },
  verify: async (access, token, { externalId, signal }) => {
    const { boxes } = await ask(access, { path: '/whoami', token, signal })
    if (boxes.some(({ box }) => box === externalId)) return
    throw new ConnectorError('ERR_TOKEN_OTHER_ACCOUNT', `the key opens no box ${externalId}`, { failureType: 'config_error' })
  },
  knowsDates: () => false,
  dates: async () => ({ createdAt: undefined, expiresAt: undefined }),
  loginUrl: ({ hosts = {} }, { clientId, state }) => `${hosts.door ?? tokens.hosts.door}/enter?app=${clientId}&back=${state}`,
  exchange: async (access, { code, signal }) => tokens.inspect(access, { token: code, signal }),
}

export const packages = [
  {
    id: 'conn::third_party::letters::postbox::postbox_notes::rest',
    product: 'postbox_notes',
    name: 'Postbox Notes Connector',
    manifest: new URL('postbox_notes.rest.yaml', import.meta.url).href,
    load: async () => ({ components: [ShortNote], counters: { notes: ['notes'] } }),
    tokenProvider: async () => tokens,
    accountConfig: ({ externalId }) => ({ box: externalId }),
    recipes: async () => [
      {
        name: 'notes',
        select: ['notes'],
        noun: 'notes',
        config: ({ externalId }) => ({ box: externalId }),
        table: (_stream, { externalId }) => ({
          kind: 'postbox_notes',
          primaryKey: [['box'], ['key']],
          schema: {
            type: 'object',
            required: ['box', 'key'],
            properties: { box: { type: 'string' }, key: { type: 'string' }, text: { type: ['null', 'string'] } },
          },
          row: ({ key, text }) => ({ box: externalId, key, text }),
        }),
      },
    ],
    validate: async ({ text }) => {
      const wrong = typeof text !== 'string' || text.length > 40
      const finding = { rule: 'note-length', severity: 'error', path: 'text', found: String(text), fix: 'write 40 characters at most' }
      return { valid: !wrong, findings: wrong ? [finding] : [], media: [] }
    },
  },
]
