import type { Call, Route } from '../../call/call.ts'
import { visiblePages } from '../../call/page-access.ts'
import { type CursorPage, cursorPage, rowsOf } from '../../call/paging.ts'
import { renderer } from '../../wire/fields.ts'
import { pageShape } from './page.ts'

const DEFAULT_FIELDS = ['access_token', 'category', 'category_list', 'name', 'id', 'tasks']

/** `GET /{user}/accounts`: the Pages that the person has a role on, each with its own token. */
export const accountsRoute: Route = {
  method: 'GET',
  path: '/{user}/accounts',
  answer: (call) => accountsPage(call),
}

/** One page of the list; without `pages_show_list` the list is empty, which is no error. */
export function accountsPage(call: Call): unknown {
  const listed = call.token.pages !== 'business' && call.token.scopes.includes('pages_show_list')
  return pagesPage(call, listed ? visiblePages(call) : [], 'accounts')
}

/** A list of Pages as an edge, with `summary` when it is asked for. */
export function pagesPage(call: Call, ids: readonly string[], edge: string): CursorPage & { summary?: { total_count: number } } {
  const fields = call.fields ?? DEFAULT_FIELDS.map((name) => ({ name, args: new Map<string, string>() }))
  const render = renderer(pageShape, fields, call)
  const list = rowsOf(ids)
  const page = cursorPage(call, { ...list, row: (position) => render(call.world.pages.facts(ids[position] ?? '')) }, edge)
  const summary = call.params.get('summary')
  return summary && summary !== '0' && summary !== 'false' ? { ...page, summary: { total_count: ids.length } } : page
}
