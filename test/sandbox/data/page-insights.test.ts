import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../../sandbox/catalogue.ts'
import { PAGE_MAP_KEYS, pageInsightRows, pageInsightValue } from '../../../sandbox/data/page-insights.ts'
import { pageFacts, pageId } from '../../../sandbox/data/pages.ts'
import { POST_MAP_KEYS } from '../../../sandbox/data/post-insights.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const cell = { seed: 1, pageId: pageId(1, 0), metric: 'page_media_view', period: 'day', day: '2026-11-01' } as const

describe('pageInsightValue', () => {
  it('is the same whenever it is asked for, and another for each seed, Page, metric and day', () => {
    const values = [
      pageInsightValue(cell),
      pageInsightValue({ ...cell, seed: 2 }),
      pageInsightValue({ ...cell, pageId: pageId(1, 1) }),
      pageInsightValue({ ...cell, metric: 'page_views_total' }),
      pageInsightValue({ ...cell, day: '2026-11-02' }),
    ]
    expect(new Set(values).size).toBe(5)
    expect(pageInsightValue(cell)).toBe(values[0])
  })

  it('takes days as numbers and as text, and nothing else', () => {
    expect(pageInsightValue({ ...cell, day: Date.parse('2026-11-01') / 86_400_000 })).toBe(pageInsightValue(cell))
    expect(() => pageInsightValue({ ...cell, day: 'yesterday' })).toThrow('not a day: yesterday')
  })

  it('is a running total for page_follows', () => {
    const of = (day: string, period: 'day' | 'week' = 'day') => Number(pageInsightValue({ ...cell, metric: 'page_follows', day, period }))
    expect(of('2026-11-01')).toBeGreaterThan(of('2026-01-01'))
    expect(of('2026-11-01', 'week')).toBe(of('2026-11-01'))
  })

  it('shares the total out over the parts of a breakdown', () => {
    const total = pageInsightValue(cell)
    for (const dimension of ['is_from_ads', 'is_from_followers'] as const) {
      const rows = pageInsightRows(cell, dimension)
      expect(rows.reduce((sum, row) => sum + Number(row['value']), 0)).toBe(total)
    }
  })
})

describe('the metric table', () => {
  const catalogue = loadCatalogue()

  it.each([
    ['fb_page', PAGE_MAP_KEYS],
    ['fb_post', POST_MAP_KEYS],
  ])('has as maps of %s what the data have as maps', (object, keys) => {
    const maps = catalogue.names(object, now).filter((name) => catalogue.find(object, name, now)?.value_kind === 'map')
    const onNode = maps.filter((name) => !catalogue.find(object, name, now)?.endpoint?.includes('video_insights'))
    expect(Object.keys(keys).sort()).toEqual(onNode.sort())
  })

  it('removes names on their day', () => {
    expect(catalogue.find('fb_page', 'page_fans', Date.parse('2025-11-14'))).toBeDefined()
    expect(catalogue.find('fb_page', 'page_fans', Date.parse('2025-11-15'))).toBeUndefined()
    expect(catalogue.find('fb_page', 'page_tab_views_login_top', 0)).toBeUndefined()
    expect(catalogue.find('ig_user', 'page_follows', now)).toBeUndefined()
  })
})

describe('pages', () => {
  it('have ids of 15 digits that never meet, and at least 100 likes', () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => pageId(3, index))
    expect(new Set(ids).size).toBe(3_000)
    expect(ids.every((id) => /^[1-9]\d{14}$/.test(id))).toBe(true)
    expect(ids.every((id) => pageFacts(3, id).fan_count >= 100)).toBe(true)
  })
})
