import { type Call, expansion, type Route } from '../../call/call.ts'
import type { Token } from '../../tokens/token.ts'
import { renderer, type Shape } from '../../wire/fields.ts'
import { accountsPage } from './accounts.ts'

/** Fields of a person or system user. */
const userShape: Shape<Token, Call> = {
  type: 'User',
  defaults: ['name', 'id'],
  fields: {
    id: (token) => token.userId,
    name: (token) => (token.kind === 'system' ? 'Reporting robot' : 'Robin Sand'),
    accounts: (token, field, call) => accountsPage(expansion(call, token.userId, field)),
    permissions: (token) => permissions(token),
  },
}

/** `GET /{user}` and its permissions; deleting those removes the app. */
export const meRoutes: readonly Route[] = [
  { method: 'GET', path: '/{user}', answer: (call) => renderer(userShape, call.fields, call)(call.token) },
  { method: 'GET', path: '/{user}/permissions', answer: ({ token }) => permissions(token) },
  {
    method: 'DELETE',
    path: '/{user}/permissions',
    answer: ({ token, world }) => {
      world.tokens.removeApp(token.text)
      return { success: true }
    },
  },
]

function permissions(token: Token): { data: { permission: string; status: string }[] } {
  return { data: token.scopes.map((permission) => ({ permission, status: 'granted' })) }
}
