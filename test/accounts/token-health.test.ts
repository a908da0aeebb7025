import { describe, expect, it } from 'vitest'
import { tokenHealth } from '../../accounts/token-health.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const at = (days: number) => new Date(now + days * 86_400_000).toISOString()

describe('tokenHealth', () => {
  it.each([
    [undefined, undefined, 7, { state: 'never', daysLeft: undefined, text: 'end not known' }],
    [-1, undefined, 7, { state: 'never', daysLeft: undefined, text: 'does not expire' }],
    [-17, 43, 7, { state: 'fresh', daysLeft: 43, text: '43 days left' }],
    [undefined, 7.01, 7, { state: 'fresh', daysLeft: 7, text: '7 days left' }],
    [undefined, 7, 7, { state: 'due', daysLeft: 7, text: '7 days left' }],
    [undefined, 1.5, 7, { state: 'due', daysLeft: 1, text: '1 day left' }],
    [undefined, 0.5, 7, { state: 'due', daysLeft: 0, text: '0 days left' }],
    // The last tenth of a life counts too.
    [-94, 6, 1, { state: 'due', daysLeft: 6, text: '6 days left' }],
    [-54, 6, 1, { state: 'due', daysLeft: 6, text: '6 days left' }],
    [-53, 6, 1, { state: 'fresh', daysLeft: 6, text: '6 days left' }],
    [-60, 0, 7, { state: 'expired', daysLeft: 0, text: 'expired 0 days ago' }],
    [-62, -2, 7, { state: 'expired', daysLeft: -2, text: 'expired 2 days ago' }],
    [-62, -1.5, 7, { state: 'expired', daysLeft: -2, text: 'expired 1 day ago' }],
  ] as const)('created %s, expires %s days from now, due %s days before', (created, expires, refreshBeforeDays, expected) => {
    const dates = {
      tokenCreatedAt: created === undefined ? undefined : at(created),
      tokenExpiresAt: expires === undefined ? undefined : at(expires),
    }
    expect(tokenHealth(dates, { now, refreshBeforeDays })).toEqual(expected)
  })

  it('takes no token of a login whose tokens all expire for one without an end', () => {
    const dates = { tokenCreatedAt: at(-1), tokenExpiresAt: undefined }
    expect(tokenHealth(dates, { now, expiry: 'always' }).text).toBe('end not known')
    expect(tokenHealth(dates, { now, expiry: 'maybe' }).text).toBe('does not expire')
  })
})
