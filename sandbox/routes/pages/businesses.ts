import { type Call, expansion, type Route } from '../../call/call.ts'
import { cursorPage, rowsOf } from '../../call/paging.ts'
import { permission } from '../../errors.ts'
import { renderer, type Shape } from '../../wire/fields.ts'
import type { Business } from '../../world/pages.ts'
import { pagesPage } from './accounts.ts'

const EDGES = { owned_pages: 'ownedPages', client_pages: 'clientPages' } as const

/** Fields of a business, with its two lists of Pages. */
const businessShape: Shape<Business, Call> = {
  type: 'Business',
  defaults: ['id', 'name'],
  fields: {
    id: (business) => business.id,
    name: (business) => business.name,
    owned_pages: (business, field, call) => businessPages(expansion(call, business.id, field), 'owned_pages'),
    client_pages: (business, field, call) => businessPages(expansion(call, business.id, field), 'client_pages'),
  },
}

/** `GET /{user}/businesses`, `/{business}`, `/{business}/owned_pages`, `/{business}/client_pages`. */
export const businessRoutes: readonly Route[] = [
  { method: 'GET', path: '/{user}/businesses', answer: businesses },
  {
    method: 'GET',
    path: '/{business}',
    answer: (call) => {
      requireManagement(call)
      return renderer(businessShape, call.fields, call)(call.world.pages.business)
    },
  },
  { method: 'GET', path: '/{business}/owned_pages', answer: (call) => businessPages(call, 'owned_pages') },
  { method: 'GET', path: '/{business}/client_pages', answer: (call) => businessPages(call, 'client_pages') },
]

function businesses(call: Call): unknown {
  requireManagement(call)
  const list = call.token.pages === 'business' ? [call.world.pages.business] : []
  const render = renderer(businessShape, call.fields, call)
  return cursorPage(call, { ...rowsOf(list), row: (position) => render(list[position] ?? call.world.pages.business) }, 'businesses')
}

function businessPages(call: Call, edge: keyof typeof EDGES): unknown {
  requireManagement(call)
  const ids = call.token.pages === 'business' ? call.world.pages.business[EDGES[edge]] : []
  return pagesPage(
    call,
    ids.filter((id) => call.world.tokens.hasRole(id)),
    edge,
  )
}

function requireManagement({ token }: Call): void {
  if (!token.scopes.includes('business_management')) throw permission(200, 'Requires business_management permission to manage the object')
}
