import { describe, expect, it } from 'vitest'
import { base64, decode } from './decode.ts'

const xml = (text: string) => decode({ type: 'XmlDecoder' }, { text })

describe('XmlDecoder', () => {
  it.each([
    ['texts', '<a><b>1</b><c> two\n </c></a>', { a: { b: '1', c: 'two' } }],
    ['attributes', `<a x="1" y='"2"'/>`, { a: { '@x': '1', '@y': '"2"' } }],
    ['text beside attributes', '<a x="1"> hi </a>', { a: { '@x': '1', '#text': 'hi' } }],
    ['text among children', '<a>x<b/>y</a>', { a: { b: null, '#text': 'xy' } }],
    ['one child', '<a><b><c/></b></a>', { a: { b: { c: null } } }],
    ['a child that comes several times', '<a><b>1</b><c/><b>2</b><b/></a>', { a: { b: ['1', '2', null], c: null } }],
    ['an empty root', '<a></a>', { a: null }],
    ['prefixes', '<n:a xmlns:n="urn:x"><n:b>1</n:b></n:a>', { 'n:a': { '@xmlns:n': 'urn:x', 'n:b': '1' } }],
    ['entities', '<a x="&lt;&#65;">&amp;&gt;&quot;&apos;&#x1F600;</a>', { a: { '@x': '<A', '#text': '&>"\'😀' } }],
    ['CDATA', '<a><![CDATA[ <b>&amp;</b> ]]></a>', { a: '<b>&amp;</b>' }],
    [
      'comments, instructions and a document type',
      '<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "a.dtd">\n<!-- <b> --><a><?x y?>1</a>\n',
      { a: '1' },
    ],
    ['a > in an attribute', '<a x="1>2">y</a>', { a: { '@x': '1>2', '#text': 'y' } }],
    ['names that objects have of their own', '<a><__proto__>1</__proto__></a>', { a: JSON.parse('{"__proto__":"1"}') }],
  ])('reads %s', async (_, text, body) => {
    expect(await xml(text)).toEqual([body])
  })

  it.each([
    ['nothing', ''],
    ['JSON', '{"a": 1}'],
    ['a document that is cut', '<a><b>1</b>'],
    ['a tag that is cut', '<a><b'],
    ['elements that cross', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['text outside the root', '<a/>x'],
    ['an unknown entity', '<a>&nope;</a>'],
    ['a bare ampersand', '<a>a & b</a>'],
    ['a forbidden character', '<a>&#0;</a>'],
    ['an attribute twice', '<a x="1" x="2"/>'],
    ['an attribute without a value', '<a x/>'],
    ['declared entities', '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;">]><a>&y;</a>'],
    ['elements without end', '<a>'.repeat(100_000)],
  ])('refuses %s', async (_, text) => {
    await expect(xml(text)).rejects.toMatchObject({ code: 'ERR_BODY_NOT_XML', failureType: 'transient_error' })
  })

  it('reads the encoding of its first line, unless a header names one', async () => {
    const bytes = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1')
    expect(await decode({ type: 'XmlDecoder' }, base64(bytes))).toEqual([{ a: 'é' }])
    const header = { 'content-type': 'text/xml; charset=iso-8859-1' }
    expect(await decode({ type: 'XmlDecoder' }, { headers: header, ...base64(bytes.subarray(bytes.indexOf('<a>'))) })).toEqual([{ a: 'é' }])
  })

  it('has one empty body for an answer without content', async () => {
    expect(await decode({ type: 'XmlDecoder' }, { status: 204, text: '' })).toEqual([{}])
  })
})
