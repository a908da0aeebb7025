import { describe, expect, it } from 'vitest'
import { catalogue, isOffered, metricsOf } from '../../../../connectors/meta/metrics/catalogue.ts'
import { selectMetrics } from '../../../../connectors/meta/metrics/selection.ts'

const day = '2026-11-20'
const objects = ['fb_page', 'fb_post'] as const
const select = (names?: readonly string[], object: 'fb_page' | 'fb_post' = 'fb_page', at = day) =>
  selectMetrics({ object, objects, names, day: at })
const names = (selection: ReturnType<typeof select>) => selection.metrics.map(({ metric }) => metric)

describe('catalogue', () => {
  it('holds every metric of an object once', () => {
    const keys = catalogue().metrics.map(({ object, metric }) => `${object} ${metric}`)
    expect(keys).toHaveLength(222)
    expect(new Set(keys).size).toBe(222)
  })

  it('names replacements that exist', () => {
    const broken = catalogue().metrics.filter(
      ({ object, replacement }) => replacement !== undefined && !metricsOf([object]).some(({ metric }) => metric === replacement),
    )
    expect(broken.map(({ metric, replacement }) => `${metric} → ${replacement}`)).toEqual([])
  })

  it.each([
    ['2025-11-14', true],
    ['2025-11-15', false],
  ])('knows on %s whether page_fans is answered', (at, expected) => {
    const fans = metricsOf(['fb_page']).find(({ metric }) => metric === 'page_fans')
    expect(fans && isOffered(fans, at)).toBe(expected)
  })
})

describe('selectMetrics', () => {
  it('takes the documented metrics without conditions when none is named', () => {
    const chosen = names(select())
    expect(chosen).toContain('page_media_view')
    for (const left of ['page_impressions', 'content_monetization_earnings', 'page_follows_city', 'creator_monetization_qualified_views']) {
      expect(chosen).not.toContain(left)
    }
    expect(chosen).toHaveLength(34)
  })

  it('takes only what is named', () => {
    expect(names(select(['page_follows', 'post_clicks']))).toEqual(['page_follows'])
  })

  it('keeps the default selection of an object none of whose metrics is named', () => {
    expect(names(select(['page_follows'], 'fb_post'))).toEqual(names(select([], 'fb_post')))
  })

  it('leaves out a name that the API knows and nobody documents', () => {
    const { metrics, diagnostics } = selectMetrics({
      object: 'ig_user',
      objects: ['ig_user'],
      names: ['reach', 'threads_views'],
      day: '2026-11-20',
    })
    expect(metrics.map(({ metric }) => metric)).toEqual(['reach'])
    expect(diagnostics).toMatchObject([{ severity: 'warning', error: { code: 'ERR_METRIC_NOT_OFFERED' } }])
  })

  it.each([
    ['page_impressions', 'page_media_view', 'reading page_media_view instead'],
    ['page_fans', 'page_follows', 'since 2025-11-15'],
    ['page_engaged_users', 'page_post_engagements', '(page_post_engagements (nearest))'],
  ])('answers the retired %s with %s', (retired, replacement, text) => {
    const selection = select([retired])
    expect(names(selection)).toEqual([replacement])
    expect(selection.diagnostics[0]?.severity).toBe('warning')
    expect(selection.diagnostics[0]?.error.code).toBe('ERR_METRIC_RETIRED')
    expect(selection.diagnostics[0]?.error.message).toContain(text)
  })

  it('reads a replacement once when it is named as well', () => {
    expect(names(select(['page_impressions', 'page_media_view', 'page_impressions_paid']))).toEqual(['page_media_view'])
  })

  it('leaves out a retired metric without replacement and says so', () => {
    const selection = select(['page_consumptions', 'page_follows'])
    expect(names(selection)).toEqual(['page_follows'])
    expect(selection.diagnostics[0]?.error.message).toContain('has no replacement')
  })

  it('reads a metric by its own name until the day it is refused', () => {
    expect(names(select(['page_fans'], 'fb_page', '2025-11-01'))).toEqual(['page_fans'])
  })

  it('leaves out what another node answers', () => {
    const selection = select(['blue_reels_play_count', 'post_clicks'], 'fb_post')
    expect(names(selection)).toEqual(['post_clicks'])
    expect(selection.diagnostics[0]?.error.code).toBe('ERR_METRIC_NOT_OFFERED')
  })

  it('refuses an unknown name and suggests the nearest', () => {
    expect(() => select(['page_folows'])).toThrow(/unknown metric 'page_folows'; did you mean page_follows\? known: /)
  })
})
