import type { GraphRequest } from '../wire/request.ts'
import { checkFault, type Fault, KIND_ROUTES } from './fault.ts'

/** What a fault can be matched against besides the request. */
export interface FaultTarget {
  readonly routeName: string
  readonly page: string | undefined
  readonly account: string | undefined
}

/** A fault that hits the request at hand. `memory` lives as long as the rule: cursors and rows seen before. */
export interface ActiveFault {
  readonly fault: Fault
  readonly memory: Map<string, unknown>
}

interface Rule extends ActiveFault {
  readonly id: string
  readonly matches: (request: GraphRequest, target: FaultTarget) => boolean
  skip: number
  left: number
  hits: number
}

/** The rules in force. Several can hit one request; they are applied in the order in which they were added. */
export class Faults {
  #rules: Rule[] = []
  #added = 0

  /** Adds a rule and returns its id. Throws a TypeError for an unknown kind or a missing field. */
  add(fault: Fault): string {
    const checked = checkFault(fault)
    const id = `fault-${++this.#added}`
    const left = checked.times ?? (checked.kind === 'empty-pages' ? (checked.pages ?? 1) : defaultTimes(checked))
    const rule = { id, fault: checked, memory: new Map(), matches: matcher(checked), skip: checked.skip ?? 0, left, hits: 0 }
    this.#rules.push(rule)
    return id
  }

  /** Removes one rule, or all of them. */
  clear(id?: string): void {
    this.#rules = id === undefined ? [] : this.#rules.filter((rule) => rule.id !== id)
  }

  /** Rules with the number of requests they hit so far. A rule that is used up stays in the list. */
  list(): readonly { id: string; hits: number; fault: Fault }[] {
    return this.#rules.map(({ id, hits, fault }) => ({ id, hits, fault }))
  }

  /** Faults for a request; counts it for the rules that match. */
  take(request: GraphRequest, target: FaultTarget): readonly ActiveFault[] {
    return this.#rules.filter((rule) => {
      if (rule.left <= 0 || !rule.matches(request, target)) return false
      if (rule.skip > 0) {
        rule.skip--
        return false
      }
      rule.left--
      rule.hits++
      return true
    })
  }
}

/** Faults that change the world do it once, and the change stays; the rest continues until it is cleared. */
const ONCE: ReadonlySet<Fault['kind']> = new Set([
  'revoke-page',
  'expire-token',
  'revoke-account',
  'refuse-media',
  'hide-media',
  'retire-metric',
  'slow-container',
  'fail-container',
  'hide-post',
  'rate-limit',
])

function defaultTimes(fault: Fault): number {
  return ONCE.has(fault.kind) ? 1 : Number.POSITIVE_INFINITY
}

function matcher({ kind, match = {} }: Fault): Rule['matches'] {
  const only = KIND_ROUTES[kind]
  const path = match.path === undefined ? undefined : glob(match.path)
  const token = match.token === undefined ? undefined : glob(match.token)
  return (request, { routeName, page, account }) =>
    (token === undefined || token.test(request.token ?? '')) &&
    (path === undefined || path.test(request.path)) &&
    (only === undefined || routeName === only) &&
    (match.route === undefined || routeName === match.route || routeName.endsWith(` ${match.route}`)) &&
    (match.page === undefined || match.page === page) &&
    (match.account === undefined || match.account === account) &&
    (match.method === undefined || match.method === request.method) &&
    (match.metric === undefined || metricsOf(request).includes(match.metric)) &&
    (match.limitAbove === undefined || Number(request.params.get('limit') ?? 25) > match.limitAbove)
}

function metricsOf(request: GraphRequest): string[] {
  const expanded = [...(request.params.get('fields') ?? '').matchAll(/\bmetric\(([^)]*)\)/g)].map((match) => match[1] ?? '')
  return [request.params.get('metric') ?? '', ...expanded].join(',').split(/[^A-Za-z0-9_]+/)
}

function glob(pattern: string): RegExp {
  const text = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
  return new RegExp(`^${text}$`)
}
