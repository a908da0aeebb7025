import { describe, expect, it } from 'vitest'
import { headerView, headerViewWithLinks, parseLinks } from '../../../../framework/components/values/header-view.ts'
import { responseOf } from '../check-vectors.ts'

describe('headerView', () => {
  it('finds a header by its name in any case', () => {
    const view = headerView({ 'x-next-page': '2' })
    expect(view['X-Next-Page']).toBe('2')
    expect(Object.hasOwn(view, 'X-NEXT-PAGE')).toBe(true)
    expect('x-other' in view).toBe(false)
  })
})

describe('headerViewWithLinks', () => {
  it('gives links under link and the text under Link', () => {
    const header = '<https://a.test/x?page=2>; rel="next"'
    const view = headerViewWithLinks(responseOf({ headers: { Link: header } }))
    expect(view['link']).toEqual({ next: { url: 'https://a.test/x?page=2', rel: 'next' } })
    expect(view['Link']).toBe(header)
  })

  it('has no links without the header', () => {
    expect(headerViewWithLinks(responseOf({}))['link']).toEqual({})
  })
})

describe('parseLinks', () => {
  it.each([
    ['', {}],
    [
      '<https://a.test/?a=1,2>; rel="next"; title="n", <https://a.test/>; rel=\'last\'',
      { next: { url: 'https://a.test/?a=1,2', rel: 'next', title: 'n' }, last: { url: 'https://a.test/', rel: 'last' } },
    ],
    ['<https://a.test/>', { 'https://a.test/': { url: 'https://a.test/' } }],
  ])('%s', (header, links) => {
    expect(parseLinks(header)).toEqual(links)
  })
})
