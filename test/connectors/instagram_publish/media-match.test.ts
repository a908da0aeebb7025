import { describe, expect, it } from 'vitest'
import { matchingMedia, readMediaList } from '../../../connectors/instagram_publish/media-match.ts'

const since = Date.parse('2026-11-20T12:00:00.900Z')
const list = (...entries: readonly object[]) => readMediaList({ data: entries })
const at = '2026-11-20T12:00:00+0000'
const match = (caption: string | undefined, media: ReturnType<typeof list>, others: readonly string[] = []) =>
  matchingMedia(media, { caption, since, others: new Set(others) }).map(({ id }) => id)

describe('matchingMedia', () => {
  it('finds posts of the caption since the attempt, to the second', () => {
    const media = list(
      { id: '1', caption: 'a', timestamp: at },
      { id: '2', caption: 'a', timestamp: '2026-11-20T11:59:59+0000' },
      { id: '3', caption: 'b', timestamp: at },
    )
    expect(match('a', media)).toEqual(['1'])
  })

  it.each([
    [' a  b\n', 'a b'],
    ['Cafe\u0301', 'Café'],
    ['👍🏽 #x', '👍🏽 #x'],
  ])('takes %j for %j', (sent, shown) => {
    expect(match(sent, list({ id: '1', caption: shown, timestamp: at }))).toEqual(['1'])
  })

  it('takes no caption and an empty one for the same', () => {
    expect(match('', list({ id: '1', timestamp: at }))).toEqual(['1'])
    expect(match(undefined, list({ id: '1', caption: 'a', timestamp: at }))).toEqual([])
  })

  it('leaves out what another action made', () => {
    expect(match('a', list({ id: '1', caption: 'a', timestamp: at }, { id: '2', caption: 'a', timestamp: at }), ['1'])).toEqual(['2'])
  })
})

describe('readMediaList', () => {
  it.each([undefined, null, [], { data: 'x' }, { data: [null, 'x', {}, { id: '1' }, { id: '1', timestamp: 'soon' }, { timestamp: at }] }])(
    'makes nothing of %j',
    (body) => {
      expect(readMediaList(body)).toEqual([])
    },
  )
})
