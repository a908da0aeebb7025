import nock from 'nock'

export interface Post {
  readonly id: string
  /** Whole seconds since the epoch. */
  readonly time: number
  readonly caption?: string
}

export const START = Date.UTC(2026, 9, 1) / 1000
export const HOUR = 3600

/** Posts an hour apart, the newest first. */
export const series = (from: number, to: number): Post[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    id: `1${String(to - index).padStart(5, '0')}`,
    time: START + (to - index) * HOUR,
  }))

/** Answers for the account 17841 with pages of `list`, as the API gives them, until `nock.cleanAll()`. `request` counts from 1. */
export function servePosts(list: () => readonly Post[], request: () => number): void {
  nock('https://graph.facebook.com')
    .persist()
    .get('/v26.0/17841/media')
    .query(true)
    .reply((uri) => [200, answer(list(), { query: new URL(uri, 'https://x').searchParams, request: request() })])
}

/** Addresses are signed anew every time. */
function answer(list: readonly Post[], { query, request }: { readonly query: URLSearchParams; readonly request: number }) {
  const limit = Number(query.get('limit'))
  const until = Number(query.get('until') ?? Number.POSITIVE_INFINITY)
  const start = Number(query.get('after') ?? 0)
  const inside = list.filter(({ time }) => time <= until)
  const data = inside.slice(start, start + limit).map(({ id, time, caption }) => ({
    id,
    timestamp: new Date(time * 1000).toISOString().replace('.000Z', '+0000'),
    media_type: 'IMAGE',
    media_url: `https://scontent-${request}.cdninstagram.com/v/${id}.jpg?oh=${request}`,
    permalink: `https://www.instagram.com/p/${id}/`,
    ...(caption === undefined ? {} : { caption }),
  }))
  const more = start + limit < inside.length
  const after = String(start + limit)
  return { data, paging: { cursors: { before: '0', after }, ...(more ? { next: 'https://graph.facebook.com/next' } : {}) } }
}
