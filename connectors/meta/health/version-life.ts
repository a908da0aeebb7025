import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Observation } from '../../../framework/components/checks/check.ts'
import { dayOf, daysBetween } from '../metrics/days.ts'

/** A version of the Graph API; days as `YYYY-MM-DD`. */
export interface GraphVersion {
  readonly version: string
  readonly released: string
  /** First day on which it is not served; absent while no end is announced. */
  readonly stops?: string
}

interface VersionTable {
  readonly as_of: string
  /** Oldest first. */
  readonly versions: readonly GraphVersion[]
}

/** What is known of the versions, and the day of that knowledge. */
export function graphVersions(): VersionTable {
  return JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('declarative-connector/connectors/meta/health/versions.json'), 'utf8'),
  )
}

export interface VersionUse {
  /** What the config asks for; undefined: none, so that the API decides. */
  readonly asked: string | undefined
  /** What the API says that it answered with; undefined: it did not answer or did not say. */
  readonly served: string | undefined
  readonly now: number
  readonly days: number
}

/** How long the version of a connection lives. An expired one is served by the oldest one in use, without an error. */
export function observeVersion({ asked, served, now, days }: VersionUse): Observation {
  const { versions, as_of } = graphVersions()
  const version = asked ?? served
  const known = versions.find((entry) => entry.version === version)
  const newest = versions.filter(({ released }) => released <= dayOf(now)).at(-1)?.version ?? null
  const left = daysLeft(known, now)
  const facts = { asked: asked ?? null, served: served ?? null, stops: known?.stops ?? null, days_left: left, newest }
  const of = (status: Observation['status'], summary: string): Observation => ({ check: 'api_version', status, summary, facts })
  const advice = adviceOf(newest, version)
  if (version === undefined) return of('ok', `no version is asked for${advice}`)
  if (served !== undefined && served !== version) return of('warning', `${version} is not served: ${served} answers instead${advice}`)
  if (left === null) return of('ok', known ? `${version}: no end is announced` : `${version} is not in the table of ${as_of}`)
  if (left <= 0) return of('warning', `${version} stopped on ${known?.stops}${advice}`)
  return of(left <= days ? 'warning' : 'ok', `${version} stops on ${known?.stops}, in ${left} days${advice}`)
}

const daysLeft = (known: GraphVersion | undefined, now: number): number | null =>
  known?.stops === undefined ? null : daysBetween(now, known.stops)

const adviceOf = (newest: string | null, version: string | undefined): string =>
  newest === null || newest === version ? '' : `; the newest is ${newest}`
