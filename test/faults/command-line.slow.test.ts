import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../sandbox/faults/fault.ts'
import { messages, runConnector, summaryOf } from '../cli/run.ts'
import { openWorld } from '../cli/sandbox.ts'

const insights = { match: { route: 'GET /{page}/insights' } }
const posts = { match: { route: 'GET /{page}/published_posts' } }
const accounts = { match: { route: 'GET /{user}/accounts' } }
const page = { match: { route: 'GET /{page}' } }

interface Case {
  readonly name: string
  readonly faults: readonly Fault[]
  readonly code: number
  /** Codes of the errors in the summary, or of the one message of a run that did not begin. */
  readonly errors: RegExp
  readonly begins?: false
}

/** Faults that need no waiting, so that the process runs as it is. */
const cases: readonly Case[] = [
  { name: 'nothing', faults: [], code: 0, errors: /^$/ },
  {
    name: 'a gzip bomb of a gigabyte',
    faults: [{ kind: 'gzip-bomb', megabytes: 1024, ...insights }],
    code: 1,
    errors: /COMPRESSION_RATIO|BODY_TOO_LARGE/,
  },
  {
    name: 'a redirect',
    faults: [{ kind: 'redirect', location: 'http://169.254.169.254/', ...posts }],
    code: 1,
    errors: /REDIRECT_REFUSED/,
  },
  {
    name: 'a redirect of the list',
    faults: [{ kind: 'redirect', location: 'https://example.com/', ...accounts }],
    code: 1,
    errors: /REDIRECT_REFUSED/,
    begins: false,
  },
  { name: 'a list that repeats', faults: [{ kind: 'repeat-cursor', ...posts }], code: 1, errors: /PAGINATION_LOOP/ },
  { name: 'a thousand empty pages', faults: [{ kind: 'empty-pages', pages: 1000, ...posts }], code: 1, errors: /PAGINATION_LOOP/ },
  { name: 'a Page that is revoked', faults: [{ kind: 'revoke-page', ...insights }], code: 1, errors: /PAGE_ROLE_LOST/ },
  { name: 'an expired token', faults: [{ kind: 'error', code: 190, subcode: 463, ...page }], code: 4, errors: /TOKEN_EXPIRED/ },
  {
    name: 'an expired token at the list',
    faults: [{ kind: 'error', code: 190, subcode: 463, ...accounts }],
    code: 4,
    errors: /TOKEN_EXPIRED/,
    begins: false,
  },
  { name: 'a wait of days', faults: [{ kind: 'retry-after', value: '1000000000', ...insights }], code: 5, errors: /RATE_LIMITED/ },
  { name: 'a metric refused', faults: [{ kind: 'refuse-metric', metric: 'page_follows' }], code: 1, errors: /METRIC_REFUSED/ },
  { name: 'an error nobody knows', faults: [{ kind: 'error', code: 77, ...posts }], code: 1, errors: /ERR_GRAPH/ },
  { name: 'a byte order mark everywhere', faults: [{ kind: 'bom' }], code: 0, errors: /^$/ },
]

describe('connector read under faults', { timeout: 60_000 }, () => {
  it.each(cases)('$name: code, one report each, protocol on stdout only, bounded memory', async ({ faults, code, errors, begins }) => {
    const { sandbox, config } = await openWorld({ pages: 2, days: 60, posts: 220 })
    for (const fault of faults) sandbox.faults.add(fault)
    let peak = 0
    const ended = await runConnector(['read', 'facebook_pages', '--config', config], {
      meanwhile: async (child) => {
        const file = `/proc/${child.pid}/status`
        for (; child.exitCode === null && child.signalCode === null; await wait(10)) {
          const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
          peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1] ?? 0) / 1024)
        }
      },
    })
    expect(ended.code, ended.stderr.slice(-2000)).toBe(code)
    expect(peak).toBeLessThan(256)
    const lines = messages(ended.stdout)
    if (begins === false) {
      expect(JSON.stringify(lines)).toMatch(errors)
      expect(lines.filter(({ type }) => type === 'RECORD')).toEqual([])
      return
    }
    const summary = summaryOf(ended.stderr) as { errors: { code: string; account_id?: string }[]; exit_code: number; rows: number }
    expect(summary.exit_code).toBe(code)
    expect(summary.rows).toBe(lines.filter(({ type }) => type === 'RECORD').length)
    for (const error of summary.errors) {
      expect(error.code).toMatch(errors)
      expect(error.account_id).toMatch(/^\d+$/)
    }
    expect(summary.errors.length > 0).toBe(code !== 0)
    // Each error is told to the platform as well, and each stream says how it ended.
    const traces = lines.filter((line) => JSON.stringify(line['trace'] ?? {}).includes('"type":"ERROR"'))
    expect(traces).toHaveLength(summary.errors.length)
    const ends = lines.filter((line) => /"status":"(COMPLETE|INCOMPLETE)"/.test(JSON.stringify(line['trace'] ?? {})))
    expect(ends).toHaveLength(2 * 8)
  })
})
