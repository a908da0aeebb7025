import { describe, expect, it } from 'vitest'
import { apiPost } from '../../../connectors/instagram_publish/api-post.ts'
import { isPost, validatePost } from '../../../connectors/instagram_publish/media/validate.ts'
import { captionOf } from '../../../connectors/instagram_publish/post.ts'
import { mediaKind, toPost } from '../../../connectors/instagram_publish/post-content.ts'

describe('captionOf', () => {
  it.each([
    [{ caption: 'a', hashtags: ['b', '#c', ' ##d '] }, 'a\n\n#b #c #d'],
    [{ hashtags: ['b'] }, '#b'],
    [{ caption: 'a', hashtags: ['', '#'] }, 'a'],
    [{ caption: '' }, undefined],
    [{}, undefined],
  ])('writes %j', (post, text) => {
    expect(captionOf(post)).toBe(text)
  })
})

describe('mediaKind', () => {
  it.each([
    ['https://x.example/a.mp4', 'video'],
    ['https://x.example/a.MOV?sig=a.jpg', 'video'],
    ['https://x.example/a.jpg#film.mp4', 'image'],
    ['https://x.example/media/17', 'image'],
  ])('takes %s for %s', (url, kind) => {
    expect(mediaKind(url)).toBe(kind)
  })
})

describe('toPost', () => {
  const mediaUrls = ['https://x.example/a.jpg', 'https://x.example/b.mp4']

  it('gives each image of a carousel its text, and videos none', () => {
    const post = toPost('carousel', { mediaUrls, altText: ['first', 'second'], hashtags: ['x'] })
    expect(isPost(post, validatePost(post)) && apiPost(post)).toEqual({
      type: 'carousel',
      caption: '#x',
      children: [{ image_url: mediaUrls[0], alt_text: 'first' }, { video_url: mediaUrls[1] }],
    })
  })

  it('takes an address without ending for what the caller says', () => {
    const post = toPost('reel', { mediaUrls: ['https://x.example/17'], thumbOffset: 10 }, 'video')
    expect(isPost(post, validatePost(post)) && apiPost(post)).toEqual({ type: 'reel', video_url: 'https://x.example/17', thumb_offset: 10 })
  })

  it('leaves out what stories do not have', () => {
    const content = {
      mediaUrls,
      caption: 'no',
      altText: 'no',
      locationId: '1',
      collaborators: ['no'],
      thumbnailUrl: 'https://x.example/c.jpg',
    }
    expect(toPost('story', content, 'image')).toEqual({ type: 'story', media: [{ type: 'image', url: mediaUrls[0] }] })
  })

  it('tags people in a single image', () => {
    const userTags = [{ username: 'friend', x: 0.1, y: 0.2 }]
    expect(toPost('image', { mediaUrls, userTags })).toMatchObject({ media: [{ user_tags: userTags }] })
  })
})
