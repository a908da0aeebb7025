import type { AccountKey } from '../data/instagram/account-insights.ts'
import { firstMediaFrom, type MediaSeries } from '../data/instagram/media.ts'
import { dayAt } from '../data/pacific.ts'
import { HOUR_MS } from '../time.ts'
import type { World } from './world.ts'

// What of the seeded data exists at the time of the fake clock. Routes serve it and the truth counts it; neither knows the other.

/** The list of media goes no further back than this. */
const NEWEST = 10_000

/** Last Pacific day whose rows can be seen: closed, and older than the delay unless young days are shown as provisional. */
export function lastVisibleDay({ settings, clock }: World): number {
  const { recent, delayHours } = settings
  return dayAt(clock.now().getTime() - (recent === 'provisional' ? 0 : delayHours * HOUR_MS)) - 1
}

/** First day of the history. */
export function firstDay({ anchor, settings }: World): number {
  return dayAt(anchor) - settings.days
}

/** First and last Pacific day that an account has figures for. */
export function daysKept(world: World): { first: number; last: number } {
  const kept = dayAt(world.clock.now().getTime()) - world.settings.instagram.retentionDays
  return { first: Math.max(firstDay(world), kept), last: lastVisibleDay(world) }
}

/** What the figures of an account derive from. */
export function accountKey({ settings, instagram }: World, account: string): AccountKey {
  return { seed: settings.seed, accountId: account, followers: instagram.facts(account).followers }
}

/** First number, and the one after the last, of the media that the list shows. */
export function listed(
  series: MediaSeries,
  { clock }: Pick<World, 'clock'>,
  { since, until }: { since?: number | undefined; until?: number | undefined } = {},
): [number, number] {
  const all = firstMediaFrom(series, clock.now().getTime() + 1)
  const low = Math.max(all - NEWEST, since === undefined ? 0 : firstMediaFrom(series, since))
  return [low, until === undefined ? all : Math.min(all, firstMediaFrom(series, until + 1))]
}
