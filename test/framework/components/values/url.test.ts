import { describe, expect, it } from 'vitest'
import { joinUrl, withoutCredentials, withParams } from '../../../../framework/components/values/url.ts'

describe('joinUrl', () => {
  it.each([
    ['https://a.test/v1', '', 'https://a.test/v1'],
    ['https://a.test/v1', 'x/y', 'https://a.test/v1/x/y'],
    ['https://a.test/v1/', 'x', 'https://a.test/v1/x'],
    ['https://a.test/v1', '/x?c=1', 'https://a.test/x?c=1'],
    ['https://a.test/v1', '?page=2', 'https://a.test/v1/?page=2'],
    ['https://a.test/v1', '../x', 'https://a.test/x'],
    ['https://a.test/v1', '../../../x', 'https://a.test/x'],
    ['https://a.test/v1', './x/.', 'https://a.test/v1/x/'],
    ['https://a.test//v1', 'x//y/', 'https://a.test/v1/x/y/'],
    ['https://a.test', '/x//y', 'https://a.test/x//y'],
    ['https://a.test/v1', '//b.test/x', 'https://b.test/x'],
    ['https://a.test/v1', 'http://b.test/x', 'http://b.test/x'],
    ['', 'https://b.test/x', 'https://b.test/x'],
  ])('%s + %s', (base, path, joined) => {
    expect(joinUrl(base, path)).toBe(joined)
  })
})

describe('withParams', () => {
  it.each<[string, Record<string, string | string[]>, string]>([
    ['https://a.test/x', {}, 'https://a.test/x'],
    ['https://a.test/x', { q: 'a b&c', l: ['1', '2'] }, 'https://a.test/x?q=a+b%26c&l=1&l=2'],
    ['https://a.test/x?a=1', { b: '2' }, 'https://a.test/x?a=1&b=2'],
    ['https://a.test/x?', { b: '2' }, 'https://a.test/x?b=2'],
    ['https://a.test/x#top', { b: '2' }, 'https://a.test/x?b=2#top'],
    ['https://a.test/x?a=1&b=9', { a: '1', b: '2' }, 'https://a.test/x?a=1&b=9&b=2'],
  ])('%s with %o', (url, params, expected) => {
    expect(withParams(url, params)).toBe(expected)
  })
})

describe('withoutCredentials', () => {
  it.each([
    ['https://a.test/x?after=c2', 'https://a.test/x?after=c2'],
    ['https://a.test/x?access_token=sandbox-user-token&after=c2', 'https://a.test/x?after=c2'],
    ['https://a.test/x?appsecret_proof=1#y', 'https://a.test/x#y'],
    ['https://user:pass@a.test/x', 'https://a.test/x'],
    ['/x?access_token=sandbox-user-token', '/x'],
  ])('%s', (link, bare) => {
    expect(withoutCredentials(link)).toBe(bare)
  })
})
