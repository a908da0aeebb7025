import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../sandbox/catalogue.ts'
import { ask, NOW, pageOf, withSandbox } from './ask.ts'

const catalogue = loadCatalogue()
const now = Date.parse(NOW)

describe('every metric of the table', () => {
  const sandbox = withSandbox()

  it.each(catalogue.names('fb_page', now))('%s answers, or is refused by its own error', async (metric) => {
    const { id, token } = pageOf(sandbox())
    const path = `/v25.0/${id}/insights?metric=${metric}&period=day&since=2026-10-01&until=2026-11-01`
    const { status, json } = await ask(sandbox(), path, { token })
    const monetization = /monetization|ad_break/.test(metric)
    expect(status).toBe(monetization ? 403 : 200)
    const empty = catalogue.find('fb_page', metric, now)?.status === 'limited'
    if (!monetization) expect(json.data).toHaveLength(empty ? 0 : 1)
  })

  it('answers all active Page metrics in one call', async () => {
    const { id, token } = pageOf(sandbox())
    const names = catalogue.names('fb_page', now).filter((name) => !/monetization|ad_break/.test(name))
    const { status } = await ask(sandbox(), `/v25.0/${id}/insights?metric=${names.join(',')}&period=days_28`, { token })
    expect(status).toBe(200)
  })
})
