import type { HttpResponse } from '../../framework/http/request.ts'
import type { Usage } from '../../framework/http/resolution.ts'

type Headers = HttpResponse['headers']

/**
 * Usage headers of the Graph API as pools of quota. Figures are percent of the allowance; throttling starts at 100.
 * `x-app-usage` tells no time to regain; the business header tells it in minutes and may describe several ids at once.
 */
export function readGraphUsage(response: { readonly headers: Headers }): readonly Usage[] {
  return [
    ...platformUsage('app', response.headers['x-app-usage']),
    ...platformUsage('page', response.headers['x-page-usage']),
    ...businessUsage(response.headers['x-business-use-case-usage']),
  ]
}

/** Seconds until the last of the pools answers again; undefined when no header says so. */
export function regainSeconds(response: { readonly headers: Headers }): number | undefined {
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
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
