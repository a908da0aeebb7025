import type { BreakdownResult } from '../data/instagram/shares.ts'
import { dayNumber, dayText, endTime, graphTime } from '../data/pacific.ts'
import { type Dimension, pageInsightRows } from '../data/page-insights.ts'
import { firstPostFrom, type PostFacts, posts } from '../data/posts.ts'
import { defined } from '../defined.ts'
import { followersNow, mediaCount } from '../world/counts.ts'
import { firstDay, lastVisibleDay } from '../world/visible.ts'
import { postSeries, type World } from '../world/world.ts'
import {
  type ExpectedAccountRow,
  type ExpectedAccountRows,
  type ExpectedMedia,
  type ExpectedMediaInsights,
  expectedAccountRows,
  expectedDemographics,
  expectedMedia,
  expectedMediaInsights,
  expectedOnlineFollowers,
  expectedStories,
} from './truth-instagram.ts'

/** A row that the API would give for a metric now, and the day it is about. */
export interface ExpectedRow {
  readonly day: string
  readonly end_time: string
  readonly value: unknown
  readonly is_from_ads?: string
  readonly is_from_followers?: string
}

/** Which rows are asked for; days inclusive, default the whole visible history. */
export interface ExpectedRows {
  readonly page: string
  readonly metric: string
  readonly period?: 'day' | 'week' | 'days_28'
  readonly breakdown?: Dimension
  readonly from?: string
  readonly to?: string
}

/** What a complete and correct reader would have found at this moment, computed without HTTP. */
export class Truth {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** Ids of the Pages under `/me/accounts` of an ordinary token. */
  pages(): readonly string[] {
    return this.#world.pages.listed
  }

  /** Newest day whose rows are visible, as `YYYY-MM-DD`. */
  lastDay(): string {
    return dayText(lastVisibleDay(this.#world))
  }

  pageInsights({ page, metric, period = 'day', breakdown, from, to }: ExpectedRows): ExpectedRow[] {
    const first = Math.max(firstDay(this.#world), dayOr(from, 0))
    const last = Math.min(lastVisibleDay(this.#world), dayOr(to, Number.MAX_SAFE_INTEGER))
    const { seed } = this.#world.settings
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index).flatMap((day) =>
      pageInsightRows({ seed, pageId: page, metric, period, day }, breakdown).map((row) => ({
        day: dayText(day),
        end_time: graphTime(endTime(day)),
        value: row['value'],
        ...row,
      })),
    )
  }

  /** Posts that exist now, oldest first, from number `from` up to (not including) `to`. */
  posts(page: string, { from = 0, to }: { from?: number; to?: number } = {}): PostFacts[] {
    const series = postSeries(this.#world, page)
    const all = this.postCount(page)
    return posts(series, from, Math.min(to ?? all, all))
  }

  postCount(page: string): number {
    return firstPostFrom(postSeries(this.#world, page), this.#world.clock.now().getTime() + 1)
  }

  /** Ids of the Instagram accounts of those Pages. */
  accounts(): readonly string[] {
    return this.#world.instagram.accounts
  }

  /** What the node of an account shows at the moment, without the volatile picture address. */
  account(id: string) {
    const { igId: ig_id, username, name, biography, website, follows: follows_count } = this.#world.instagram.facts(id)
    const counts = { followers_count: followersNow({ world: this.#world }, id), media_count: mediaCount({ world: this.#world }, id) }
    return { id, ig_id, username, name, biography, ...defined({ website }), follows_count, ...counts }
  }

  /** Rows of account insights; silent days, days without figures and accounts below a threshold have none. */
  accountInsights(query: ExpectedAccountRows): ExpectedAccountRow[] {
    return expectedAccountRows(this.#world, query)
  }

  demographics(query: Parameters<typeof expectedDemographics>[1]): BreakdownResult[] {
    return expectedDemographics(this.#world, query)
  }

  onlineFollowers(account: string): { end_time: string; value: Record<string, number> }[] {
    return expectedOnlineFollowers(this.#world, account)
  }

  /** Media that the list holds now, in the order of the list, from place `from` up to (not including) `to`. */
  media(account: string, range: { from?: number; to?: number } = {}): ExpectedMedia[] {
    return expectedMedia(this.#world, account, range)
  }

  /** All figures that a media or living story gives now at the Facebook host, or why it gives none. */
  mediaInsights(id: string): ExpectedMediaInsights {
    return expectedMediaInsights(this.#world, id)
  }

  /** Stories that live now, newest first. */
  stories(account: string): ExpectedMedia[] {
    return expectedStories(this.#world, account)
  }
}

function dayOr(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : (dayNumber(text) ?? otherwise)
}
