import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { captionCounts } from '../../../../connectors/instagram_publish/media/caption.ts'
import { type Diagnostic, hasErrors } from '../../../../connectors/instagram_publish/media/diagnostic.ts'
import { RULES } from '../../../../connectors/instagram_publish/media/rules.ts'
import { mediaOf } from '../../../../connectors/instagram_publish/media/sources.ts'
import { isPost, validatePost } from '../../../../connectors/instagram_publish/media/validate.ts'

const photo = { type: 'image', url: 'https://cdn.example.com/a.jpg' }
const clip = { type: 'video', url: 'https://cdn.example.com/a.mp4' }
const image = (more: object = {}) => ({ type: 'image', media: [photo], ...more })
const reel = (more: object = {}) => ({ type: 'reel', media: [clip], ...more })
const imageOf = (more: object) => ({ type: 'image', media: [{ ...photo, ...more }] })
const many = <T>(count: number, value: T) => Array.from({ length: count }, () => value)

function rulesOf(findings: readonly Diagnostic[]): string[] {
  return findings.map(({ rule, path }) => `${rule} ${path}`.trim())
}

describe('validatePost', () => {
  it.each<[string, object]>([
    ['an image', image({ caption: 'Hello', hashtags: ['one', '#two', 'Grüße_1'], location_id: '123', collaborators: ['a.b_c'] })],
    [
      'a reel',
      reel({ caption: 'Hi', cover_url: 'https://cdn.example.com/c.jpg', share_to_feed: true, audio_name: 'x', is_ai_generated: false }),
    ],
    ['a single video', { type: 'video', media: [clip], thumb_offset: 0 }],
    ['an uploaded reel', { type: 'reel', media: [{ type: 'video', file: './a.mp4' }] }],
    ['a story', { type: 'story', media: [{ ...photo, user_tags: [{ username: 'someone' }] }] }],
    [
      'a carousel',
      { type: 'carousel', media: [photo, clip, { ...photo, alt_text: 'A', product_tags: [{ product_id: '1', x: 0, y: 1 }] }] },
    ],
    ['a carousel of ten', { type: 'carousel', media: many(10, photo) }],
    [
      'a caption at its limits',
      image({ caption: `${'#a '.repeat(30)}${'@b '.repeat(20)}`.padEnd(2_200, '🌿'.slice(0, 2)).slice(0, 2_200) }),
    ],
  ])('finds nothing in %s', (_, post) => {
    expect(validatePost(post)).toEqual([])
    expect(isPost(post, [])).toBe(true)
  })

  it.each<[string, unknown, string[]]>([
    ['no object', 'post', ['post-form']],
    ['null', null, ['post-form']],
    ['no type', {}, ['type-known type']],
    ['an unknown type', { type: 'IMAGE' }, ['type-known type']],
    ['an unknown field', image({ captoin: 'x' }), ['field-known captoin']],
    ['a field of another type of post', image({ cover_url: 'https://x.example.com/a.jpg' }), ['field-fits cover_url']],
    ['a caption on a story', { type: 'story', media: [photo], caption: 'x' }, ['field-fits caption']],
    ['a wrong value', image({ caption: 5 }), ['field-type caption']],
    ['no media', { type: 'image' }, ['media-count media']],
    ['media that is not a list', { type: 'image', media: photo }, ['field-type media']],
    ['two images in an image', { type: 'image', media: [photo, photo] }, ['media-count media']],
    ['one item in a carousel', { type: 'carousel', media: [photo] }, ['children-count media']],
    ['eleven items in a carousel', { type: 'carousel', media: many(11, photo) }, ['children-count media']],
    ['an item that is not an object', { type: 'carousel', media: [photo, 'x'] }, ['field-type media[1]']],
    ['a video in an image', { type: 'image', media: [clip] }, ['media-type media[0].type']],
    ['an image in a reel', { type: 'reel', media: [photo] }, ['media-type media[0].type']],
    ['an item without a source', { type: 'reel', media: [{ type: 'video' }] }, ['media-source media[0]']],
    ['an item with two sources', { type: 'reel', media: [{ ...clip, file: 'a' }] }, ['media-source media[0]']],
    ['an image to upload', { type: 'image', media: [{ type: 'image', file: 'a.jpg' }] }, ['image-upload media[0].file']],
    ['a long caption', image({ caption: '🌿'.repeat(2_201) }), ['caption-length caption']],
    ['hashtags that make it too long', image({ caption: 'a'.repeat(2_190), hashtags: ['long_hashtag'] }), ['caption-length caption']],
    ['31 hashtags', image({ caption: '#a '.repeat(31) }), ['caption-hashtags caption']],
    ['30 + 1 hashtags', image({ caption: '#a '.repeat(30), hashtags: ['b'] }), ['caption-hashtags caption']],
    ['21 mentions', image({ caption: '@a '.repeat(21) }), ['caption-mentions caption']],
    ['a hashtag of two words', image({ hashtags: ['two words'] }), ['hashtag-form hashtags[0]']],
    ['a hashtag that is not a text', image({ hashtags: [5] }), ['field-type hashtags[0]']],
    ['a long alternative text', imageOf({ alt_text: 'a'.repeat(1_001) }), ['alt-text-length media[0].alt_text']],
    ['an alternative text on a video', { type: 'carousel', media: [photo, { ...clip, alt_text: 'x' }] }, ['field-fits media[1].alt_text']],
    [
      'people in a video of a carousel',
      { type: 'carousel', media: [photo, { ...clip, user_tags: [{ username: 'a' }] }] },
      ['field-fits media[1].user_tags'],
    ],
    ['four collaborators', image({ collaborators: many(4, 'abc') }), ['collaborators-count collaborators']],
    ['a name with @', image({ collaborators: ['@abc'] }), ['username-form collaborators[0]']],
    ['a tag without a place', imageOf({ user_tags: [{ username: 'a' }] }), ['user-tag-position media[0].user_tags[0]']],
    ['a tag beyond the image', imageOf({ user_tags: [{ username: 'a', x: 0.5, y: 1.1 }] }), ['user-tag-position media[0].user_tags[0]']],
    [
      'a place in a video',
      { type: 'reel', media: [{ ...clip, user_tags: [{ username: 'a', x: 0, y: 0 }] }] },
      ['user-tag-position media[0].user_tags[0]'],
    ],
    ['a tag without a name', imageOf({ user_tags: [{ x: 0, y: 0 }] }), ['username-form media[0].user_tags[0].username']],
    ['six products', imageOf({ product_tags: many(6, { product_id: '1', x: 0, y: 0 }) }), ['product-tags-count media[0].product_tags']],
    ['a product without a place', imageOf({ product_tags: [{ product_id: '1' }] }), ['product-tag-position media[0].product_tags[0]']],
    ['a product without an id', imageOf({ product_tags: [{ x: 0, y: 0 }] }), ['product-id media[0].product_tags[0].product_id']],
    ['a place that is not an id', image({ location_id: 'Berlin' }), ['location-id location_id']],
    ['a negative offset', reel({ thumb_offset: -1 }), ['thumb-offset thumb_offset']],
    ['half an offset', reel({ thumb_offset: 0.5 }), ['thumb-offset thumb_offset']],
    ['two covers', reel({ thumb_offset: 1, cover_url: 'https://x.example.com/a.jpg' }), ['cover-twice thumb_offset']],
    ['no URL', imageOf({ url: 'a.jpg' }), ['url-form media[0].url']],
    ['another scheme', imageOf({ url: 'file:///etc/passwd' }), ['url-form media[0].url']],
    ['credentials', imageOf({ url: 'https://me:secret@cdn.example.com/a.jpg' }), ['url-form media[0].url']],
    ['plain http', imageOf({ url: 'http://cdn.example.com/a.jpg' }), ['url-secure media[0].url']],
    ['this machine', imageOf({ url: 'https://localhost/a.jpg' }), ['url-public media[0].url']],
    ['a private address', imageOf({ url: 'https://192.168.1.5/a.jpg' }), ['url-public media[0].url']],
    ['a private address, version 6', imageOf({ url: 'https://[fd00::1]/a.jpg' }), ['url-public media[0].url']],
    ['a name without a dot', imageOf({ url: 'https://intranet/a.jpg' }), ['url-public media[0].url']],
    ['a private cover', reel({ cover_url: 'https://10.0.0.1/a.jpg' }), ['url-public cover_url']],
  ])('finds %s', (_, post, rules) => {
    expect(rulesOf(validatePost(post))).toEqual(rules)
  })

  it('accepts local media on request', () => {
    expect(validatePost(imageOf({ url: 'http://127.0.0.1:8080/a.jpg' }), { localHosts: true })).toEqual([])
  })

  it('names rule, place, value and remedy, and no secrets', () => {
    const url = 'http://10.0.0.1/a.jpg?signature=secret'
    const [first, second] = validatePost(imageOf({ url }))
    expect(first).toEqual({
      rule: 'url-public',
      severity: 'error',
      path: 'media[0].url',
      found: 'host 10.0.0.1',
      fix: 'put the file on a public server',
    })
    expect(second).toMatchObject({ rule: 'url-secure', severity: 'warning', found: 'http://10.0.0.1/a.jpg?…' })
    expect(validatePost(image({ caption: 'x'.repeat(2_300) }))[0]?.found).toBe('2300 characters')
  })

  it('tells a value of the wrong type once', () => {
    expect(rulesOf(validatePost({ type: 'reel', media: 'x', thumb_offset: 'x', cover_url: 5 }))).toEqual([
      'field-type media',
      'field-type thumb_offset',
      'field-type cover_url',
    ])
  })

  it('never throws, and what passes has the form of a post', () => {
    const names = ['type', 'media', 'caption', 'hashtags', 'collaborators', 'cover_url', 'thumb_offset', 'user_tags', 'url']
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('image', 'reel', 'carousel', 'story', [photo], [clip], [photo, photo]))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (post) => {
        const findings = validatePost(post)
        expect(findings.every(({ rule }) => rule in RULES)).toBe(true)
        if (isPost(post, findings)) expect(mediaOf(post).length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
})

describe('captionCounts', () => {
  it.each([
    ['#one #two#three', 2, 0],
    ['#Grüße #日本語 # alone a#b', 2, 0],
    ['@one @two.three. mail@example.com', 0, 2],
    ['see https://example.com/@name', 0, 0],
    ['', 0, 0],
  ])('counts %j', (caption, hashtags, mentions) => {
    expect(captionCounts(caption)).toMatchObject({ hashtags, mentions })
  })

  it('counts signs, not code units', () => {
    expect(captionCounts('🌿é').length).toBe(2)
  })
})

describe('mediaOf', () => {
  it('lists items and cover with their places', () => {
    const post = { type: 'reel', media: [{ type: 'video', file: 'a.mp4' }], cover_url: 'https://cdn.example.com/c.jpg' } as const
    expect(mediaOf(post)).toEqual([
      { source: { file: 'a.mp4' }, use: { as: 'reel', expects: 'video', path: 'media[0].file' } },
      { source: { url: 'https://cdn.example.com/c.jpg' }, use: { as: 'cover', expects: 'image', path: 'cover_url' } },
    ])
  })

  it('knows errors from warnings', () => {
    expect(hasErrors(validatePost(imageOf({ url: 'http://cdn.example.com/a.jpg' })))).toBe(false)
    expect(hasErrors(validatePost({}))).toBe(true)
  })
})
