import { describe, expect, it } from 'vitest'
import { createOrigins } from '../../../../framework/http/transport/origin.ts'

const graph = createOrigins(['graph.facebook.com', 'api.example.com:8443', '127.0.0.1', 'localhost:9000'])

describe('Origins', () => {
  it.each([
    ['https://graph.facebook.com/v23.0/me?fields=id', 'https://graph.facebook.com/v23.0/me?fields=id'],
    ['HTTPS://GRAPH.facebook.com:443/x', 'https://graph.facebook.com/x'],
    ['https://api.example.com:8443/', 'https://api.example.com:8443/'],
    ['http://127.0.0.1:8080/x', 'http://127.0.0.1:8080/x'],
    ['http://127.1/x', 'http://127.0.0.1/x'],
    ['http://localhost:1234/', 'http://localhost:1234/'],
    ['https://graph.facebook.com\\@evil.example/', 'https://graph.facebook.com/@evil.example/'],
  ])('lets %s through', (url, canonical) => {
    expect(graph.assertAllowed(url).href).toBe(canonical)
  })

  it.each([
    ['another host', 'https://evil.example/v23.0/me'],
    ['plain http', 'http://graph.facebook.com/me'],
    ['another port', 'https://graph.facebook.com:8443/me'],
    ['the default port where another is named', 'https://api.example.com/'],
    ['a user name', 'https://graph.facebook.com@evil.example/'],
    ['credentials', 'https://user:pass@graph.facebook.com/'],
    ['an empty user name before the host', 'https://:x@graph.facebook.com/'],
    ['a protocol-relative address', '//evil.example/me'],
    ['a path', '/v23.0/me'],
    ['a sub-domain', 'https://x.graph.facebook.com/'],
    ['a longer name', 'https://graph.facebook.com.evil.example/'],
    ['a trailing dot', 'https://graph.facebook.com./'],
    ['a Cyrillic letter', 'https://graph.fаcebook.com/'],
    ['its punycode', 'https://graph.xn--fcebook-2fg.com/'],
    ['a mapped IPv6 address', 'https://[::ffff:127.0.0.1]/'],
    ['IPv6 loopback', 'http://[::1]/'],
    ['cloud metadata', 'http://169.254.169.254/latest/meta-data'],
    ['cloud metadata in decimal', 'http://2852039166/'],
    ['a private network', 'https://10.0.0.1/'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,x'],
    ['nothing', ''],
    ['a tab in the host', 'https://graph.facebook.com\t.evil.example/'],
  ])('refuses %s', (_, url) => {
    expect(() => graph.assertAllowed(url)).toThrow(expect.objectContaining({ code: 'ERR_ORIGIN_REFUSED', failureType: 'config_error' }))
  })

  it('names host and reason, but neither query nor credentials', () => {
    const refusal = () => graph.assertAllowed('https://user:hush@evil.example/x?access_token=hush')
    expect(refusal).toThrow(/^https:\/\/evil\.example is refused: it carries credentials/)
    expect(refusal).not.toThrow(/hush/)
    expect(() => graph.assertAllowed('https://evil.example/')).toThrow(/allowed hosts are: graph\.facebook\.com/)
  })

  it('takes an origin of the config as it is: its scheme, host and port', () => {
    const own = createOrigins(['http://10.1.2.3:8080', 'https://graph.internal'])
    expect(own.assertAllowed('http://10.1.2.3:8080/x').port).toBe('8080')
    expect(() => own.assertAllowed('https://10.1.2.3:8080/x')).toThrow()
    expect(() => own.assertAllowed('http://10.1.2.3/x')).toThrow()
    expect(() => own.assertAllowed('http://graph.internal/')).toThrow()
  })

  it('does not let a manifest name internal addresses', () => {
    expect(() => createOrigins(['10.0.0.1']).assertAllowed('https://10.0.0.1/')).toThrow(/refused/)
  })

  it.each(['*.example.com', 'https://user:x@a.example', 'api.example.com/path', '', 'ftp://a.example', 'a b'])(
    'rejects %j as an entry',
    (entry) => {
      expect(() => createOrigins([entry])).toThrow(expect.objectContaining({ code: 'ERR_ALLOWED_HOST' }))
    },
  )

  it('without a list lets every web address through but link-local ones', () => {
    const open = createOrigins(undefined)
    expect(open.assertAllowed('http://api.example.org/').host).toBe('api.example.org')
    expect(open.assertAllowed('https://10.0.0.1/').host).toBe('10.0.0.1')
    for (const url of [
      'http://169.254.169.254/',
      'http://[fe80::1]/',
      'http://[::ffff:169.254.169.254]/',
      'https://u@a.example/',
      'gopher://a.example/',
    ]) {
      expect(() => open.assertAllowed(url)).toThrow(expect.objectContaining({ code: 'ERR_ORIGIN_REFUSED' }))
    }
  })

  it.each([
    ['graph.facebook.com', '31.13.84.8', true],
    ['graph.facebook.com', '2a03:2880:f12f::1', true],
    ['graph.facebook.com', '127.0.0.1', false],
    ['graph.facebook.com', '::1', false],
    ['graph.facebook.com', '10.2.3.4', false],
    ['graph.facebook.com', '192.168.1.1', false],
    ['graph.facebook.com', '169.254.169.254', false],
    ['graph.facebook.com', '::ffff:10.0.0.1', false],
    ['graph.facebook.com', 'fd00::1', false],
    ['graph.facebook.com', 'not an address', false],
    ['localhost', '127.0.0.1', true],
    ['localhost', '::1', true],
    ['localhost', '10.0.0.1', false],
  ])('judges %s at %s: %s', (host, address, allowed) => {
    expect(graph.allowsAddress(host, address)).toBe(allowed)
  })

  it('lets a configured host be internal', () => {
    expect(createOrigins(['https://graph.internal']).allowsAddress('graph.internal', '10.0.0.7')).toBe(true)
  })

  it('exports the egress list', () => {
    expect(graph.egress).toEqual([
      { host: 'graph.facebook.com', port: 443 },
      { host: 'api.example.com', port: 8443 },
      { host: '127.0.0.1', port: 443 },
      { host: 'localhost', port: 9000 },
    ])
    expect(createOrigins(undefined).egress).toEqual([])
  })
})
