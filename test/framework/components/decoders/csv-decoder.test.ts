import { describe, expect, it } from 'vitest'
import { base64, decode } from './decode.ts'

const csv = (text: string, node = {}) => decode({ type: 'CsvDecoder', ...node }, { text })

describe('CsvDecoder', () => {
  it.each([
    [
      'plain cells',
      'a,b\n1,2\n3,4\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['no line end at the end', 'a,b\n1,2', [{ a: '1', b: '2' }]],
    ['CRLF', 'a,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    ['quotes, delimiters and line ends inside quotes', 'a,b\n"x ""y"", z","1\r\n2"\n', [{ a: 'x "y", z', b: '1\n2' }]],
    ['a quote inside an unquoted cell', 'a,b\n5" disk,x\n', [{ a: '5" disk', b: 'x' }]],
    ['blank lines', '\na,b\n\n1,2\n\n', [{ a: '1', b: '2' }]],
    [
      'empty cells',
      'a,b\n,\n"",\n',
      [
        { a: '', b: '' },
        { a: '', b: '' },
      ],
    ],
    ['a quoted empty cell alone', 'a\n""\n', [{ a: '' }]],
    ['a short row', 'a,b,c\n1\n', [{ a: '1', b: null, c: null }]],
    ['a header alone', 'a,b\n', []],
    ['nothing', '', []],
    ['names that objects have of their own', '__proto__,constructor\n1,2\n', [JSON.parse('{"__proto__":"1","constructor":"2"}')]],
  ])('reads %s', async (_, text, rows) => {
    expect(await csv(text)).toEqual(rows)
  })

  it.each([
    ['\\t', 'a\tb\n1\t2'],
    ['\t', 'a\tb\n1\t2'],
    [';', 'a;b\n1;2'],
    ['\\x01', 'a\u0001b\n1\u00012'],
  ])('splits at %j', async (delimiter, text) => {
    expect(await csv(text, { delimiter })).toEqual([{ a: '1', b: '2' }])
  })

  it('makes nulls of the texts that mean null', async () => {
    expect(await csv('a,b,c\n-,NULL,0\n', { set_values_to_none: ['-', 'NULL'] })).toEqual([{ a: null, b: null, c: '0' }])
  })

  it.each([
    ['latin-1', [0x61, 0x0a, 0xe9, 0x80], 'é\u0080'],
    ['iso-8859-15', [0x61, 0x0a, 0xe9, 0xa4], 'é€'],
    ['utf_8', [0x61, 0x0a, 0xc3, 0xa9], 'é'],
  ])('reads %s', async (encoding, bytes, a) => {
    expect(await decode({ type: 'CsvDecoder', encoding }, base64(Uint8Array.from(bytes)))).toEqual([{ a }])
  })

  it('refuses bytes of another encoding', async () => {
    await expect(decode({ type: 'CsvDecoder' }, base64(Uint8Array.from([0x61, 0x0a, 0xe9])))).rejects.toMatchObject({
      code: 'ERR_BODY_ENCODING',
      failureType: 'transient_error',
    })
  })

  it('refuses a body that ends inside quotes: it was cut', async () => {
    await expect(csv('a\n"1')).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED', failureType: 'transient_error' })
  })

  it('refuses cells beyond the header, which foreign manifests keep under null', async () => {
    await expect(csv('a\n1,2,3')).rejects.toMatchObject({ code: 'ERR_CSV_ROW' })
    expect(await decode({ type: 'CsvDecoder' }, { text: 'a\n1,2,3' }, 'airbyte')).toEqual([{ a: '1', null: ['2', '3'] }])
  })

  it.each([{ delimiter: '' }, { delimiter: '||' }, { delimiter: '"' }, { encoding: 'klingon' }])('refuses %o', async (node) => {
    await expect(csv('a', node)).rejects.toMatchObject({ code: 'ERR_MANIFEST_INVALID' })
  })
})
