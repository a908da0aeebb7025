import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { instagramGraph } from '../../../connectors/instagram_graph/package.ts'
import { instagramGraphReadme } from '../../../connectors/instagram_graph/readme.ts'

const root = new URL('../../../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')
const readme = read('connectors/instagram_graph/README.md')

describe('instagramGraphReadme', () => {
  it('is what the catalogue says', () => {
    expect(instagramGraphReadme(readme)).toBe(readme)
  })

  it('lists metrics of accounts, media and stories, and retired names', () => {
    expect(readme).toMatch(/\| `reach` \| day, week, days_28 \| number \| accounts \| no \| yes \|/)
    expect(readme).toMatch(/\| `navigation` \| lifetime \|/)
    expect(readme).toMatch(/\| `impressions` \| 2025-04-21 \| `views` \|/)
    expect(readme).not.toMatch(/`threads_views`/)
  })

  it('names every stream of the manifest', () => {
    const manifest = read(instagramGraph.manifest)
    const streams = [...manifest.matchAll(/type: DeclarativeStream\n {6}name: (\w+)/g)].map(([, name]) => name)
    expect(streams.length).toBeGreaterThan(12)
    for (const stream of streams) expect(readme).toContain(`| \`${stream}\` |`)
  })
})
