/** A file of the wanted size and shape: enough of a header for whoever measures it, without frames. */
export interface Sample {
  readonly status: number
  readonly contentType: string
  readonly bytes: Buffer
}

const PREFIX = '/__sandbox/samples/'

/** Files that a sandbox serves itself, for posts that need an image or a video: `photo.jpg?width=1080&height=1350`, `film.mp4?seconds=10`. */
export function sampleAt(path: string): Sample | undefined {
  if (!path.startsWith(PREFIX)) return undefined
  const url = new URL(path, 'http://sandbox')
  const number = (name: string, other: number) => Number(url.searchParams.get(name) ?? other)
  const size = { width: number('width', 1_080), height: number('height', 1_080), bytes: number('bytes', 0) }
  const name = url.pathname.slice(PREFIX.length)
  if (name.endsWith('.jpg')) return { status: 200, contentType: 'image/jpeg', bytes: jpeg(size) }
  if (name.endsWith('.png')) return { status: 200, contentType: 'image/png', bytes: png(size) }
  if (name.endsWith('.mp4')) return { status: 200, contentType: 'video/mp4', bytes: mp4(number('seconds', 10), size) }
  return { status: 404, contentType: 'text/html; charset=utf-8', bytes: Buffer.from('<!DOCTYPE html><title>Not found</title>') }
}

type Size = { readonly width: number; readonly height: number; readonly bytes: number }

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value & 0xffff)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

function jpeg({ width, height, bytes }: Size): Buffer {
  const app0 = Buffer.concat([Buffer.from([0xff, 0xe0, 0, 16]), Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')])
  const channels = Buffer.from([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1])
  const frame = Buffer.concat([Buffer.from([0xff, 0xc0, 0, 17, 8]), u16(height), u16(width), channels])
  const head = Buffer.concat([Buffer.from([0xff, 0xd8]), app0, frame])
  return Buffer.concat([head, Buffer.alloc(Math.max(0, bytes - head.length - 2)), Buffer.from([0xff, 0xd9])])
}

function png({ width, height }: Size): Buffer {
  const header = Buffer.concat([Buffer.from('IHDR'), u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])])
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), u32(13), header, u32(0)])
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body])
}

/** One track of H.264 at 30 frames per second. */
function mp4(seconds: number, { width, height, bytes }: Size): Buffer {
  const scale = 1_000
  const matrix = Buffer.concat([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(u32))
  const length = Math.round(seconds * scale)
  const movie = box(
    'mvhd',
    u32(0),
    u32(0),
    u32(0),
    u32(scale),
    u32(length),
    u32(0x10000),
    Buffer.alloc(12),
    matrix,
    Buffer.alloc(24),
    u32(2),
  )
  const track = box(
    'tkhd',
    u32(7),
    u32(0),
    u32(0),
    u32(1),
    u32(0),
    u32(length),
    Buffer.alloc(16),
    matrix,
    u32(width << 16),
    u32(height << 16),
  )
  const media = box('mdhd', u32(0), u32(0), u32(0), u32(scale), u32(length), u32(0))
  const handler = box('hdlr', u32(0), u32(0), Buffer.from('vide'), Buffer.alloc(13))
  const entry = box('avc1', Buffer.alloc(6), u16(1), Buffer.alloc(16), u16(width), u16(height), Buffer.alloc(50))
  const times = box('stts', u32(0), u32(1), u32(Math.round(seconds * 30)), u32(Math.round(scale / 30)))
  const table = box('stbl', box('stsd', u32(0), u32(1), entry), times)
  const moov = box('moov', movie, box('trak', track, box('mdia', media, handler, box('minf', table))))
  const head = Buffer.concat([box('ftyp', Buffer.from('isom'), u32(0x200), Buffer.from('isommp42')), moov])
  return Buffer.concat([head, box('mdat', Buffer.alloc(Math.max(0, bytes - head.length - 8)))])
}
