import { invalidParameter } from '../errors.ts'
import type { Call } from './call.ts'

/** A list that can be read at any place without making the rest of it. Keys survive changes of the list; positions don't. */
export interface Rows {
  readonly length: number
  row(position: number): unknown
  key(position: number): number
  position(key: number): number
}

/** An answer with cursors. `paging` is missing when there is nothing to page through. */
export interface CursorPage {
  data: unknown[]
  paging?: { cursors: { before: string; after: string }; next?: string; previous?: string }
}

/** A list held in memory as `Rows`. */
export function rowsOf(list: readonly unknown[]): Rows {
  return { length: list.length, row: (position) => list[position], key: (position) => position, position: (key) => key }
}

const MAX_LIMIT = 100

/** One page of `rows` by the call's `limit`, `after` and `before`. `edge` is the name in the `next` and `previous` URLs. */
export function cursorPage(call: Call, rows: Rows, edge: string): CursorPage {
  const limit = readLimit(call.params.get('limit'))
  const after = call.params.get('after')
  const before = call.params.get('before')
  const end = before ? Math.max(0, positionOf(rows, before, 'before')) : rows.length
  const start = after ? Math.max(0, positionOf(rows, after, 'after') + 1) : before ? Math.max(0, end - limit) : 0
  const stop = Math.min(end, rows.length, start + limit)
  const data: unknown[] = []
  for (let position = start; position < stop; position++) data.push(rows.row(position))
  if (data.length === 0) return { data }
  const cursors = { before: writeCursor(rows.key(start)), after: writeCursor(rows.key(stop - 1)) }
  return {
    data,
    paging: {
      cursors,
      ...(stop < rows.length ? { next: pageUrl(call, edge, { limit, after: cursors.after }) } : {}),
      ...(start > 0 ? { previous: pageUrl(call, edge, { limit, before: cursors.before }) } : {}),
    },
  }
}

/** An absolute URL of an edge. As on the real host it carries the caller's access token in the open. */
export function pageUrl(call: Call, edge: string, changes: Readonly<Record<string, string | number>>): string {
  const query = new URLSearchParams({ access_token: call.token.text })
  for (const [name, value] of call.params) if (name !== 'after' && name !== 'before' && !(name in changes)) query.set(name, value)
  for (const [name, value] of Object.entries(changes)) query.set(name, String(value))
  return `${call.world.url(call.request.host)}/v${call.version}.0/${call.id}/${edge}?${query}`
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return 25
  if (!/^\d+$/.test(text)) throw invalidParameter('Param limit must be an integer')
  if (Number(text) > MAX_LIMIT) throw invalidParameter(`Param limit must be less than or equal to ${MAX_LIMIT}`)
  return Number(text)
}

/** An opaque cursor: the key of a row. */
export function writeCursor(key: number | 'start', salt = 0): string {
  return Buffer.from(`sandbox cursor ${key} ${salt}`).toString('base64url')
}

/** A cursor for the same place as `after` (or for the start of the list) that reads differently for each salt. */
export function startCursor(after: string | undefined, salt: number): string {
  const key = after === undefined ? 'start' : readCursor(after, 'after')
  return writeCursor(key, salt)
}

function positionOf(rows: Rows, cursor: string, name: string): number {
  const key = readCursor(cursor, name)
  return key === 'start' ? -1 : rows.position(key)
}

/** The key inside a cursor. Throws the API's error for a cursor that it did not hand out. */
function readCursor(text: string, name: string): number | 'start' {
  const key = /^sandbox cursor (-?\d+|start) \d+$/.exec(Buffer.from(text, 'base64url').toString())?.[1]
  if (key === undefined) throw invalidParameter(`Invalid cursors values: ${name}`)
  return key === 'start' ? key : Number(key)
}
