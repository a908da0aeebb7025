import { describe, expect, it } from 'vitest'
import { inspectMedia } from '../../../../connectors/instagram_publish/media/inspect.ts'
import type { Post } from '../../../../connectors/instagram_publish/post.ts'
import { withSandbox } from '../../../sandbox/ask.ts'

describe('the files that the sandbox serves', () => {
  const sandbox = withSandbox()
  const look = (name: string, type: 'image' | 'reel') => {
    const post: Post = { type, media: [{ type: type === 'reel' ? 'video' : 'image', url: sandbox().sample(name) }] }
    return inspectMedia(post, { localHosts: true })
  }

  it.each([
    ['photo.jpg?width=1080&height=1350', 'image'],
    ['photo.jpg?bytes=4000000', 'image'],
    ['film.mp4?seconds=20&bytes=300000', 'reel'],
  ] as const)('%s can be published', async (name, type) => {
    expect((await look(name, type)).findings).toEqual([])
  })

  it.each([
    ['photo.jpg?width=800&height=1100', 'image', 'image-ratio'],
    ['photo.jpg?bytes=8388609', 'image', 'image-size'],
    ['picture.png', 'image', 'image-format'],
    ['film.mp4?seconds=2', 'reel', 'video-duration-reel'],
    ['none.txt', 'reel', 'reachable'],
  ] as const)('%s can not', async (name, type, rule) => {
    expect((await look(name, type)).findings).toMatchObject([{ rule, severity: 'error' }])
  })
})
