import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { base64, decode } from './decode.ts'

interface Member {
  readonly name: string
  readonly text: string
  readonly method?: number
  readonly flags?: number
  readonly sum?: number
  readonly size?: number
}

/** A zip archive as the format's description lays it out. */
function zip(members: readonly Member[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  for (const { name, text, method = 8, flags = 0, sum, size } of members) {
    const content = Buffer.from(text)
    const packed = method === 8 ? deflateRawSync(content) : content
    const header = Buffer.alloc(26)
    header.writeUInt16LE(flags, 2)
    header.writeUInt16LE(method, 4)
    header.writeUInt32LE(sum ?? crc32(content), 10)
    header.writeUInt32LE(packed.length, 14)
    header.writeUInt32LE(size ?? content.length, 18)
    header.writeUInt16LE(Buffer.byteLength(name), 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(Buffer.concat(files).length, 10)
    files.push(Buffer.from('PK\x03\x04'), header, Buffer.from(name), packed)
    directory.push(Buffer.from('PK\x01\x02\x00\x00', 'latin1'), header, tail, Buffer.from(name))
  }
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(Buffer.concat(directory).length, 8)
  end.writeUInt32LE(Buffer.concat(files).length, 12)
  return Buffer.concat([...files, ...directory, Buffer.from('PK\x05\x06'), end])
}

describe('GzipDecoder', () => {
  const node = { type: 'GzipDecoder', decoder: { type: 'JsonlDecoder' } }

  it('unpacks a gzip file', async () => {
    expect(await decode(node, base64(gzipSync('{"a":1}\n{"a":2}')))).toEqual([{ a: 1 }, { a: 2 }])
  })

  it('reads a body that is not packed as it is', async () => {
    expect(await decode(node, { text: '{"a":1}' })).toEqual([{ a: 1 }])
  })

  it('takes the names of older manifests', async () => {
    const older = { type: 'CompositeRawDecoder', parser: { type: 'GzipParser', inner_parser: { type: 'JsonLineParser' } } }
    expect(await decode(older, base64(gzipSync('{"a":1}')))).toEqual([{ a: 1 }])
  })

  it('refuses a file that is cut', async () => {
    await expect(decode(node, base64(gzipSync('{"a":1}'.repeat(100)).subarray(0, 20)))).rejects.toMatchObject({
      code: 'ERR_BODY_TRUNCATED',
      failureType: 'transient_error',
    })
  })

  it('refuses a file that unfolds without bound', async () => {
    await expect(decode(node, base64(gzipSync(Buffer.alloc(257 * 1024 * 1024))))).rejects.toMatchObject({ code: 'ERR_BODY_TOO_LARGE' })
  })

  it('does not quote what was packed', async () => {
    const packed = base64(gzipSync('sandbox-secret'))
    await expect(decode({ type: 'GzipDecoder', decoder: { type: 'JsonDecoder' } }, packed)).rejects.not.toThrow('sandbox-secret')
  })

  it('needs a decoder', async () => {
    await expect(decode({ type: 'GzipDecoder' }, {})).rejects.toMatchObject({ code: 'ERR_MANIFEST_INVALID' })
  })
})

describe('ZipfileDecoder', () => {
  const node = { type: 'ZipfileDecoder', decoder: { type: 'CsvDecoder' } }
  const read = (members: readonly Member[]) => decode(node, base64(zip(members)))

  it('reads its files one after another', async () => {
    const members = [
      { name: 'folder/', text: '', method: 0 },
      { name: 'folder/a.csv', text: 'a\n1\n' },
      { name: 'b.csv', text: 'a\n2\n', method: 0 },
    ]
    expect(await read(members)).toEqual([{ a: '1' }, { a: '2' }])
  })

  it('has nothing to say about an empty archive', async () => {
    expect(await read([])).toEqual([])
  })

  it.each([
    ['no archive', Buffer.from('a,b\n1,2')],
    ['an archive that is cut', zip([{ name: 'a.csv', text: 'a\n1\n' }]).subarray(0, 40)],
    ['a wrong sum', zip([{ name: 'a.csv', text: 'a\n1\n', sum: 1 }])],
    ['a wrong size', zip([{ name: 'a.csv', text: 'a\n1\n', size: 2 }])],
  ])('refuses %s', async (_, body) => {
    await expect(decode(node, base64(body))).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED', failureType: 'transient_error' })
  })

  it.each([
    ['encrypted files', { flags: 1 }, 'ERR_ZIP_UNSUPPORTED'],
    ['another method', { method: 14 }, 'ERR_ZIP_UNSUPPORTED'],
    ['a file of more than 4 GiB', { size: 0xffffffff }, 'ERR_ZIP_UNSUPPORTED'],
    ['a file that says it is too large', { size: 0x20000000 }, 'ERR_BODY_TOO_LARGE'],
  ])('refuses %s', async (_, member, code) => {
    await expect(read([{ name: 'a.csv', text: 'a\n1\n', ...member }])).rejects.toMatchObject({ code })
  })
})

describe('IterableDecoder', () => {
  it.each([
    ['a\nb\r\nc', ['a', 'b', 'c']],
    ['a\n\nb\n', ['a', '', 'b']],
    ['', []],
  ])('%j', async (text, lines) => {
    expect(await decode({ type: 'IterableDecoder' }, { text })).toEqual(lines.map((record) => ({ record })))
  })
})

describe('JsonItemsDecoder', () => {
  it.each([
    ['data', [1, 2]],
    ['deep.list', [{ a: 1 }]],
    ['pages.item.rows', ['x', 'y']],
    ['none', []],
    ['deep', []],
  ])('reads the items at %s', async (items_path, items) => {
    const json = { data: [1, 2], deep: { list: [{ a: 1 }] }, pages: [{ rows: ['x'] }, {}, { rows: ['y'] }] }
    expect(await decode({ type: 'JsonItemsDecoder', items_path }, { json })).toEqual(items)
  })

  it('reads other encodings', async () => {
    const node = { type: 'JsonItemsDecoder', items_path: 'a', encoding: 'iso-8859-1' }
    expect(await decode(node, base64(Buffer.from('{"a":["é"]}', 'latin1')))).toEqual(['é'])
  })

  it('needs a path', async () => {
    await expect(decode({ type: 'JsonItemsDecoder', items_path: '' }, { json: {} })).rejects.toMatchObject({ code: 'ERR_MANIFEST_INVALID' })
  })
})
