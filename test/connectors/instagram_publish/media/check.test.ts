import { describe, expect, it } from 'vitest'
import { checkCarousel, checkMedia } from '../../../../connectors/instagram_publish/media/check.ts'
import type { MediaFacts, MediaUse } from '../../../../connectors/instagram_publish/media/facts.ts'
import { limitsOf, RULES, ruleTable } from '../../../../connectors/instagram_publish/media/rules.ts'

const image: MediaFacts = { format: 'jpeg', size: 500_000, width: 1080, height: 1350 }
const video = {
  duration: 20,
  videoCodec: 'avc1',
  audioCodec: 'mp4a',
  audioRate: 44_100,
  frameRate: 30,
  indexFirst: true,
  hasEditList: false,
  fragmented: false,
}
const reel: MediaFacts = { format: 'mp4', size: 5_000_000, width: 1080, height: 1920, video }
const as = (name: MediaUse['as'], expects: MediaUse['expects']): MediaUse => ({ as: name, expects, path: 'p' })
const withVideo = (more: object): MediaFacts => ({ ...reel, video: { ...video, ...more } })

describe('checkMedia', () => {
  it.each<[string, MediaFacts, MediaUse]>([
    ['an image', image, as('image', 'image')],
    ['an image of 4:5', { ...image, width: 800, height: 1000 }, as('child', 'image')],
    ['an image of 1.91:1', { ...image, width: 1080, height: 566 }, as('image', 'image')],
    ['a tall image in a story', { ...image, width: 1080, height: 1920 }, as('story', 'image')],
    ['a reel', reel, as('reel', 'video')],
    ['a reel of 15 minutes', withVideo({ duration: 900 }), as('reel', 'video')],
    ['a story of a minute', withVideo({ duration: 60 }), as('story', 'video')],
    [
      'a video without sound',
      { ...reel, video: { duration: 5, videoCodec: 'hvc1', indexFirst: true, hasEditList: false, fragmented: false } },
      as('child', 'video'),
    ],
    ['29.97 frames per second', withVideo({ frameRate: 29.97 }), as('reel', 'video')],
  ])('finds nothing in %s', (_, facts, use) => {
    expect(checkMedia(facts, use)).toEqual([])
  })

  it.each<[string, MediaFacts, MediaUse, string, string]>([
    ['a PNG', { ...image, format: 'png' }, as('image', 'image'), 'image-format', 'png'],
    ['a video as image', reel, as('image', 'image'), 'image-format', 'mp4'],
    ['a large image', { ...image, size: 8 * 1_048_576 + 1 }, as('image', 'image'), 'image-size', '8388609 bytes'],
    ['a tall image', { ...image, height: 1400 }, as('image', 'image'), 'image-ratio', '0.77:1 (1080 × 1400)'],
    ['a wide image', { ...image, height: 560 }, as('child', 'image'), 'image-ratio', '1.93:1 (1080 × 560)'],
    ['a narrow image', { ...image, width: 300, height: 300 }, as('image', 'image'), 'image-width', '300 pixels'],
    ['a web page', { format: 'html', unreadable: 'a web page' }, as('image', 'image'), 'media-readable', 'a web page'],
    ['an image cut off', { ...image, unreadable: 'cut off' }, as('image', 'image'), 'media-readable', 'cut off'],
    ['an image as video', image, as('reel', 'video'), 'video-format', 'jpeg'],
    ['a codec', withVideo({ videoCodec: 'vp09' }), as('reel', 'video'), 'video-codec', 'vp09'],
    ['a short video', withVideo({ duration: 2.9 }), as('reel', 'video'), 'video-duration-reel', '2.9 seconds'],
    ['a long reel', withVideo({ duration: 901 }), as('reel', 'video'), 'video-duration-reel', '901 seconds'],
    ['a long story', withVideo({ duration: 61 }), as('story', 'video'), 'video-duration-story', '61 seconds'],
    ['a large story', { ...withVideo({ duration: 50 }), size: 100_000_001 }, as('story', 'video'), 'video-size-story', '100000001 bytes'],
    ['a large reel', { ...withVideo({ duration: 800 }), size: 300_000_001 }, as('reel', 'video'), 'video-size-reel', '300000001 bytes'],
    ['a wide video', { ...reel, width: 2560, height: 1440 }, as('reel', 'video'), 'video-width', '2560 columns'],
    ['a band', { ...reel, width: 1000, height: 90 }, as('reel', 'video'), 'video-ratio', '11.11:1 (1000 × 90)'],
    ['a slow video', withVideo({ frameRate: 15 }), as('reel', 'video'), 'video-frame-rate', '15 frames per second'],
    ['a high bit rate', { ...reel, size: 100_000_000 }, as('reel', 'video'), 'video-bit-rate', '40000000 bit/s'],
    ['an index at the end', withVideo({ indexFirst: false }), as('reel', 'video'), 'video-index-first', 'the index is at the end'],
    ['an edit list', withVideo({ hasEditList: true }), as('reel', 'video'), 'video-edit-list', 'an edit list'],
    ['a fragmented video', withVideo({ fragmented: true }), as('reel', 'video'), 'video-fragments', 'a fragmented video'],
    ['a WEBM', { format: 'webm' }, as('reel', 'video'), 'video-format', 'webm'],
    ['an AVI as image', { format: 'avi' }, as('image', 'image'), 'image-format', 'avi'],
    ['other sound', withVideo({ audioCodec: 'ac-3' }), as('reel', 'video'), 'audio-codec', 'ac-3'],
    ['fast sound', withVideo({ audioRate: 50_000 }), as('reel', 'video'), 'audio-rate', '50000 Hz'],
    [
      'a wrong type',
      { ...image, address: { status: 200, contentType: 'text/html' } },
      as('image', 'image'),
      'content-type',
      'text/html for jpeg',
    ],
  ])('finds %s', (_, facts, use, rule, found) => {
    expect(checkMedia(facts, use)).toMatchObject([{ rule, found, path: 'p' }])
  })

  it('says nothing of a file that was not given', () => {
    const facts: MediaFacts = { format: 'unknown', address: { status: 404 } }
    expect(checkMedia(facts, as('reel', 'video'))).toMatchObject([{ rule: 'reachable', found: 'status 404' }])
  })
})

describe('checkCarousel', () => {
  it('warns of items that will be cropped', () => {
    const item = (width: number, height: number, path: string) => ({
      facts: { ...image, width, height },
      use: { as: 'child', expects: 'image', path } as const,
    })
    expect(checkCarousel([item(1080, 1080, 'a'), item(1080, 1080, 'b'), item(1080, 1350, 'c')])).toMatchObject([
      { rule: 'carousel-ratio', severity: 'warning', path: 'c', found: '0.80:1 beside 1.00:1' },
    ])
    expect(checkCarousel([{ facts: { format: 'unknown' }, use: as('child', 'image') }, item(1, 2, 'b')])).toEqual([])
  })
})

describe('RULES', () => {
  it('are a table with a line for each', () => {
    expect(ruleTable().split('\n')).toHaveLength(Object.keys(RULES).length + 2)
    expect(ruleTable()).toContain('| `image-ratio` | images between 4:5 and 1.91:1 | error | 36003/2207009 |')
    expect(limitsOf('children-count')).toEqual({ min: 2, max: 10 })
  })
})
