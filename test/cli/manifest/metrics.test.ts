import { describe, expect, it } from 'vitest'
import { runConnector } from '../run.ts'

const listed = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await runConnector(['metrics', '--json', ...args])
  expect([code, stderr]).toEqual([0, ''])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line))
}

describe('connector metrics', () => {
  it('lists the metrics of an object with validity, replacement and breakdowns', async () => {
    const found = await listed('--object', 'ig_media')
    expect(new Set(found.map(({ object }) => object))).toEqual(new Set(['ig_media']))
    expect(found.find(({ metric }) => metric === 'impressions')).toMatchObject({ offered: false, replacement: 'views' })
  })

  it('knows what is refused on a day', async () => {
    const ended = (await listed('--deprecated', '--as-of', '2026-11-20')).filter(({ removed_on }) => removed_on !== undefined)
    const last =
      ended
        .map(({ removed_on }) => String(removed_on))
        .sort()
        .at(-1) ?? ''
    const before = new Date(Date.parse(last) - 86_400_000).toISOString().slice(0, 10)
    const names = (list: readonly Record<string, unknown>[]) => list.map(({ object, metric }) => `${object}.${metric}`)
    const gone = names(ended.filter(({ removed_on }) => removed_on === last))
    expect(gone.length).toBeGreaterThan(0)
    const earlier = names(await listed('--deprecated', '--as-of', before))
    expect(gone.filter((name) => earlier.includes(name))).toEqual([])
    expect(gone.filter((name) => names(ended).includes(name))).toEqual(gone)
  })

  it('prints a table for people', async () => {
    const { stdout } = await runConnector(['metrics', '--object', 'fb_page', '--deprecated', '--as-of', '2026-11-20'])
    expect(stdout).toMatch(/page_impressions.*refused/)
    expect(stdout).toMatch(/\d+ metrics on 2026-11-20/)
  })

  it.each([
    [['--as-of', '2026-02-30'], /YYYY-MM-DD/],
    [['--version', 'v99.0'], /known|did you mean/],
    [['--object', 'page'], /ig_media/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runConnector(['metrics', ...args])
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })
})
