import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { facebookPagesReadme } from '../../../connectors/facebook_pages/readme.ts'
import { fillMarkers } from '../../../connectors/meta/metrics/metric-table.ts'

const readme = readFileSync(fileURLToPath(new URL('../../../connectors/facebook_pages/README.md', import.meta.url)), 'utf8')

describe('facebookPagesReadme', () => {
  it('is what the catalogue says', () => {
    expect(facebookPagesReadme(readme)).toBe(readme)
  })

  it('lists metrics and retired names', () => {
    expect(readme).toMatch(/\| `page_media_view` \| day, week, days_28 \| number \| count \| yes \| yes \|/)
    expect(readme).toMatch(/\| `page_impressions` \| 2025-11-15 \| `page_media_view` \|/)
  })
})

describe('fillMarkers', () => {
  it('replaces what is between the markers', () => {
    expect(fillMarkers('a\n<!-- x -->\nold\n<!-- /x -->\nb', { x: 'new' })).toBe('a\n<!-- x -->\nnew\n<!-- /x -->\nb')
  })

  it('throws when a marker is missing', () => {
    expect(() => fillMarkers('a', { x: 'new' })).toThrow('no place marked <!-- x -->')
  })
})
