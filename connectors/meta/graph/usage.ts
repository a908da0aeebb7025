import type { HttpResponse } from '../../../framework/http/request.ts'
import type { Usage } from '../../../framework/http/resolution.ts'
import { isObject } from '../../../framework/protocol/json.ts'

type Headers = HttpResponse['headers']

/** What usage is read from: a response, or its headers alone. */
interface Answered extends Pick<HttpResponse, 'headers'>, Partial<Pick<HttpResponse, 'url' | 'json'>> {}

/**
 * Usage headers of the Graph API as pools of quota. Figures are percent of the allowance; throttling starts at 100.
 * `x-app-usage` tells no time to regain; the business header tells it in minutes and may describe several ids at once.
 * Of a batch the headers of its items count as well: they alone tell about the accounts that were read.
 */
export function readGraphUsage(response: Answered): readonly Usage[] {
  const own = headerUsage(response.headers)
  const items = itemHeaders(response)
  return items.length === 0 ? own : highestOfEach([...own, ...items.flatMap(headerUsage)])
}

function headerUsage(headers: Headers): readonly Usage[] {
  return [
    ...platformUsage('app', headers['x-app-usage']),
    ...platformUsage('page', headers['x-page-usage']),
    ...businessUsage(headers['x-business-use-case-usage']),
  ]
}

/** Batches are posted to the root; no other body is looked into. */
function itemHeaders({ url, json }: Answered): readonly Headers[] {
  if (url === undefined || json === undefined || !/\/v\d+\.\d+\/?$/.test(url)) return []
  const body = json()
  return Array.isArray(body) ? body.map((item) => headersOf(object(item)?.['headers'])) : []
}

/** Items write them as a list of names and values. */
function headersOf(list: unknown): Headers {
  const entries = Array.isArray(list) ? list.map(object).filter((entry) => entry !== undefined) : []
  return Object.fromEntries(entries.map(({ name, value }) => [String(name).toLowerCase(), String(value)]))
}

function highestOfEach(usages: readonly Usage[]): readonly Usage[] {
  const pools = new Map<string, Usage>()
  for (const { pool, percent, regainSeconds: seconds } of usages) {
    const known = pools.get(pool)
    const regain = Math.max(seconds, known?.regainSeconds ?? 0)
    pools.set(pool, { pool, percent: Math.max(percent, known?.percent ?? 0), regainSeconds: regain })
  }
  return [...pools.values()]
}

/** Seconds until the last of the pools answers again; undefined when no header says so. */
export function regainSeconds(response: Answered): number | undefined {
  const longest = Math.max(0, ...readGraphUsage(response).map((usage) => usage.regainSeconds))
  return longest > 0 ? longest : undefined
}

function platformUsage(pool: string, header: string | undefined): readonly Usage[] {
  const figures = object(decode(header))
  const percent = figures && highest(figures)
  return percent === undefined ? [] : [{ pool, percent, regainSeconds: 0 }]
}

function businessUsage(header: string | undefined): readonly Usage[] {
  return Object.entries(object(decode(header)) ?? {}).flatMap(([id, entries]) => {
    const uses = Array.isArray(entries) ? entries.map(object).filter((entry) => entry !== undefined) : []
    return uses.flatMap((entry) => {
      const percent = highest(entry)
      if (percent === undefined) return []
      const minutes = finite(entry['estimated_time_to_regain_access']) ?? 0
      // One id may have several pools (pages, messenger), each with an allowance of its own.
      const kind = typeof entry['type'] === 'string' ? `:${entry['type']}` : ''
      return [{ pool: `${id}${kind}`, percent, regainSeconds: Math.max(0, minutes) * 60 }]
    })
  })
}

function highest(figures: Readonly<Record<string, unknown>>): number | undefined {
  const values = ['call_count', 'total_cputime', 'total_time'].map((name) => finite(figures[name])).filter((value) => value !== undefined)
  return values.length === 0 ? undefined : Math.max(...values)
}

function decode(header: string | undefined): unknown {
  if (header === undefined) return undefined
  try {
    return JSON.parse(header)
  } catch {
    // The header is advice. A malformed one says nothing.
    return undefined
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(value) ? (value as Record<string, unknown>) : undefined
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
