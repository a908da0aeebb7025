import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findAction } from '../../../compose/find-action.ts'
import { openSession } from '../../../compose/session.ts'
import { PUBLISH_CODES } from '../../../connectors/instagram_publish/codes.ts'
import { validatePost } from '../../../connectors/instagram_publish/media/validate.ts'
import { instagramPublishReadme } from '../../../connectors/instagram_publish/readme.ts'
import { planAction } from '../../../framework/runtime/action/run-action.ts'

const readme = readFileSync(new URL('../../../connectors/instagram_publish/README.md', import.meta.url), 'utf8')
const posts = [...readme.matchAll(/```json post\n([\s\S]*?)```/g)].map((match) => JSON.parse(match[1] ?? ''))

describe('the README of publishing', () => {
  it('is what the code says', () => {
    expect(instagramPublishReadme(readme)).toBe(readme)
    for (const code of Object.keys(PUBLISH_CODES)) expect(readme).toContain(`| \`${code}\` |`)
  })

  it('shows a post of every type', () => {
    expect(new Set(posts.map(({ type }) => type))).toEqual(new Set(['image', 'video', 'reel', 'carousel', 'story']))
  })

  it.each(posts.map((post, index) => ({ index, type: post.type, post })))(
    'post $index ($type) has no findings, and can be planned',
    async ({ post }) => {
      expect(validatePost(post)).toEqual([])
      const config = { access_token: 'readme-token', instagram_account_id: '17841400000000001' }
      const { connector, http } = await openSession({ connector: 'instagram_publish', config })
      const request = { action: findAction(connector, 'publish'), connector: connector.manifest.id, input: post }
      const calls = await planAction(request)
      expect(calls.at(0)).toMatchObject({ step: 'quota' })
      expect(calls.at(-2)).toMatchObject({ step: 'publish', url: expect.stringMatching(/\/17841400000000001\/media_publish$/) })
      expect(http.stats().requests).toBe(0)
    },
  )
})
