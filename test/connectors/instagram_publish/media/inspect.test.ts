import { describe, expect, it } from 'vitest'
import { inspectMedia } from '../../../../connectors/instagram_publish/media/inspect.ts'
import { jpeg, png, video } from './bytes.ts'
import { file, serve } from './file-server.ts'

describe('inspectMedia', () => {
  const files = () =>
    serve({
      '/square.jpg': file(jpeg({ width: 1080, height: 1080 }), 'image/jpeg'),
      '/tall.jpg': file(jpeg({ width: 1080, height: 1350 }), 'image/jpeg'),
      '/a.png': file(png(1080, 1080), 'image/png'),
      '/a.mp4': file(video({ seconds: 10 }), 'video/mp4'),
    })
  const local = { localHosts: true }

  it('finds nothing in a post that can be published, and shows what it saw', async () => {
    const { url } = await files()
    const post = { type: 'reel', media: [{ type: 'video', url: `${url}/a.mp4` }], cover_url: `${url}/tall.jpg` } as const
    const { findings, media } = await inspectMedia(post, local)
    expect(findings).toEqual([])
    expect(media.map(({ use, facts }) => [use.path, facts.format])).toEqual([
      ['media[0].url', 'mp4'],
      ['cover_url', 'jpeg'],
    ])
  })

  it('judges items alone and side by side', async () => {
    const { url } = await files()
    const items = ['square.jpg', 'tall.jpg', 'a.png', 'none.jpg'].map((name) => ({ type: 'image', url: `${url}/${name}` }) as const)
    const { findings } = await inspectMedia({ type: 'carousel', media: items }, local)
    expect(findings.map(({ rule, path, severity }) => [rule, path, severity])).toEqual([
      ['image-format', 'media[2].url', 'error'],
      ['reachable', 'media[3].url', 'error'],
      ['carousel-ratio', 'media[1].url', 'warning'],
    ])
  })

  it('finds a cover beyond the end of the video', async () => {
    const { url } = await files()
    const post = { type: 'reel', media: [{ type: 'video', url: `${url}/a.mp4` }], thumb_offset: 10_001 } as const
    expect((await inspectMedia(post, local)).findings).toMatchObject([{ rule: 'thumb-offset', found: '10001 ms in a video of 10000 ms' }])
    expect((await inspectMedia({ ...post, thumb_offset: 10_000 }, local)).findings).toEqual([])
  })
})
