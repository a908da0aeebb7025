import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { graphTime } from '../../sandbox/data/pacific.ts'
import { postInsightRows } from '../../sandbox/data/post-insights.ts'
import type { PostFacts } from '../../sandbox/data/posts.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

/** Rows that must be there, by stream name. Made from the seed and the metric table alone: no code of the client takes part. */
export type Expected = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>

interface TableLine {
  readonly object: string
  readonly metric: string
  readonly status: string
  readonly periods?: readonly string[]
  readonly breakdowns?: readonly string[]
  readonly endpoint?: string
  readonly requires_permission?: string
  readonly on_request?: boolean
}

const table: { readonly metrics: readonly TableLine[] } = parse(
  readFileSync(fileURLToPath(new URL('../../connectors/meta/metrics/metrics.yaml', import.meta.url)), 'utf8'),
)

/** Metrics that are read when the config names none: documented, without conditions, at the usual address. */
function metricsOf(object: string, fits: (line: TableLine) => boolean): readonly string[] {
  return table.metrics
    .filter((line) => line.object === object && line.status === 'active' && !line.requires_permission && !line.on_request)
    .filter((line) => line.endpoint === undefined || /\}\/insights$/.test(line.endpoint))
    .filter(fits)
    .map(({ metric }) => metric)
}

const utc = (time: string) => time.replace('+0000', '+00:00')
const cell = (value: unknown) => (typeof value === 'object' ? { value_map: value } : { value })

export interface Range {
  readonly pages: readonly string[]
  readonly from: string
  /** UTC day on which lifetime values were seen. */
  readonly observed: string
}

/** Everything about these Pages from a day on. */
export function expectedRows(sandbox: Sandbox, seed: number, range: Range): Expected {
  const streams = new Map<string, readonly Record<string, unknown>[]>()
  for (const page of range.pages) {
    const posts = sandbox.truth.posts(page).filter(({ created }) => created >= Date.parse(`${range.from}T00:00:00Z`))
    streams.set(`page__${page}`, [pageRow(sandbox, page)])
    streams.set(
      `posts__${page}`,
      posts.map((post) => postRow(page, post)),
    )
    streams.set(
      `post_insights__${page}`,
      posts.flatMap((post) => lifetimeRows(seed, post, { page, day: range.observed })),
    )
    for (const [kind, period] of Object.entries(PERIODS))
      streams.set(`${kind}__${page}`, seriesRows(sandbox, { page, period, from: range.from }))
    for (const breakdown of ['is_from_ads', 'is_from_followers'] as const) {
      streams.set(`page_insights_by_${breakdown}__${page}`, seriesRows(sandbox, { page, period: 'day', from: range.from, breakdown }))
    }
  }
  return streams
}

const PERIODS = { page_insights: 'day', page_insights_week: 'week', page_insights_days_28: 'days_28' } as const

interface Series {
  readonly page: string
  readonly period: 'day' | 'week' | 'days_28'
  readonly from: string
  readonly breakdown?: 'is_from_ads' | 'is_from_followers'
}

function seriesRows(sandbox: Sandbox, { page, period, from, breakdown }: Series): Record<string, unknown>[] {
  const fits = (line: TableLine) =>
    line.periods?.includes(period) === true && (breakdown === undefined || line.breakdowns?.includes(breakdown) === true)
  return metricsOf('fb_page', fits).flatMap((metric) =>
    sandbox.truth.pageInsights({ page, metric, period, from, ...(breakdown ? { breakdown } : {}) }).map((row) => ({
      page_id: page,
      metric,
      period,
      end_time: utc(row.end_time),
      metric_date: row.day,
      ...(breakdown ? { [breakdown]: row[breakdown] } : {}),
      ...cell(row.value),
    })),
  )
}

function lifetimeRows(seed: number, post: PostFacts, { page, day }: { page: string; day: string }): Record<string, unknown>[] {
  return metricsOf('fb_post', ({ periods }) => periods?.includes('lifetime') === true).flatMap((metric) =>
    postInsightRows({ seed, post, metric }).map((row) => ({
      page_id: page,
      post_id: post.id,
      metric,
      period: 'lifetime',
      end_time: `${day}T00:00:00+00:00`,
      metric_date: day,
      ...cell(row['value']),
    })),
  )
}

function pageRow(sandbox: Sandbox, id: string): Record<string, unknown> {
  const { tasks, monetized, ...facts } = sandbox.pages.facts(id)
  const account = sandbox.instagram.accountOf(id)
  if (account === undefined) return { ...facts }
  return { ...facts, instagram_business_account: { id: account, username: sandbox.instagram.facts(account).username } }
}

const MEDIA_OF_KIND = { added_photos: 'photo', added_video: 'video', shared_story: 'link', mobile_status_update: undefined }

/** Without the picture, whose address is signed. */
function postRow(page: string, post: PostFacts): Record<string, unknown> {
  const media_type = MEDIA_OF_KIND[post.kind]
  const attachment = { media_type, url: `https://www.facebook.com/${post.id}`, title: `Attachment of post ${post.number + 1}` }
  return {
    id: post.id,
    page_id: page,
    created_time: utc(graphTime(post.created)),
    updated_time: utc(graphTime(post.updated)),
    ...(post.message === undefined ? { story: post.story } : { message: post.message }),
    permalink_url: `https://www.facebook.com/${post.id.replace('_', '/posts/')}`,
    status_type: post.kind,
    is_published: true,
    is_hidden: false,
    ...(post.shares === 0 ? {} : { shares: { count: post.shares } }),
    ...(media_type === undefined ? {} : { attachments: { data: [attachment] } }),
    reactions: { data: [], summary: { total_count: post.reactions, viewer_reaction: 'NONE' } },
    comments: { data: [], summary: { order: 'ranked', total_count: post.comments, can_comment: true } },
  }
}

/** A posts row as read, in the terms of {@link postRow}. Throws when a picture is there without an attachment, or missing beside one. */
export function comparablePost({ full_picture, ...row }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const hasPicture = typeof full_picture === 'string' && full_picture.startsWith('https://scontent.')
  if (hasPicture !== (row['attachments'] !== undefined)) throw new Error(`picture and attachment differ: ${JSON.stringify(row)}`)
  return row
}

/** JSON with keys in order, so that rows compare by content. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
