/** Tiny files made of the headers that readers look at, byte by byte after the specifications. */

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function segment(marker: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([0xff, marker]), u16(body.length + 2), body])
}

interface Jpeg {
  readonly width: number
  readonly height: number
  /** EXIF orientation, 1 to 8. */
  readonly orientation?: number
  readonly littleEndian?: boolean
  /** Bytes of a comment in front of the frame. */
  readonly comment?: number
  readonly frame?: number
  readonly end?: boolean
}

export function jpeg({ width, height, orientation, littleEndian = false, comment = 0, frame = 0xc0, end = true }: Jpeg): Buffer {
  const channels = Buffer.from([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1])
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    ...(orientation === undefined ? [] : [segment(0xe1, Buffer.from('Exif\0\0', 'latin1'), tiff(orientation, littleEndian))]),
    ...Array.from({ length: Math.ceil(comment / 60_000) }, () => segment(0xfe, Buffer.alloc(60_000))),
    segment(frame, Buffer.from([8]), u16(height), u16(width), channels),
    segment(0xda, Buffer.from([3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0])),
    Buffer.alloc(64, 0x5a),
    Buffer.from(end ? [0xff, 0xd9] : []),
  ])
}

/** One directory with two entries; the second is the orientation. */
function tiff(orientation: number, littleEndian: boolean): Buffer {
  const bytes = Buffer.alloc(8 + 2 + 24 + 4)
  const two = (value: number, at: number) => (littleEndian ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at))
  const four = (value: number, at: number) => (littleEndian ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at))
  bytes.write(littleEndian ? 'II' : 'MM', 0, 'latin1')
  two(42, 2)
  four(8, 4)
  two(2, 8)
  two(0x0100, 10)
  two(0x0112, 22)
  two(3, 24)
  four(1, 26)
  two(orientation, 30)
  return bytes
}

export function png(width: number, height: number): Buffer {
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), u32(13), Buffer.from('IHDR'), u32(width), u32(height), Buffer.alloc(9)])
}

export function gif(width: number, height: number): Buffer {
  return Buffer.concat([Buffer.from('GIF89a'), u16(width).swap16(), u16(height).swap16(), Buffer.alloc(8)])
}

export function webp(form: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer {
  const body = Buffer.alloc(18)
  if (form === 'VP8 ') {
    body.writeUInt16LE(width, 6)
    body.writeUInt16LE(height, 8)
  } else if (form === 'VP8L') {
    body[0] = 0x2f
    body.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1)
  } else {
    body.writeUIntLE(width - 1, 4, 3)
    body.writeUIntLE(height - 1, 7, 3)
  }
  return Buffer.concat([Buffer.from('RIFF'), u32(30), Buffer.from('WEBP'), Buffer.from(form), u32(body.length), body])
}

export function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body])
}

/** A box with its length in 64 bits. */
function longBox(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(body.length + 16))
  return Buffer.concat([u32(1), Buffer.from(type, 'latin1'), length, body])
}

export function heic(width: number, height: number, { turns = 0, brand = 'heic' } = {}): Buffer {
  const sizes = [box('ispe', u32(0), u32(512), u32(512)), box('ispe', u32(0), u32(width), u32(height))]
  const properties = box('iprp', box('ipco', ...sizes, ...(turns === 0 ? [] : [box('irot', Buffer.from([turns]))])))
  return Buffer.concat([box('ftyp', Buffer.from(brand), u32(0), Buffer.from('mif1')), box('meta', u32(0), properties), box('mdat')])
}

export interface Video {
  readonly brand?: string
  readonly seconds?: number
  readonly width?: number
  readonly height?: number
  readonly codec?: string
  readonly audio?: string
  readonly audioRate?: number
  readonly frameRate?: number
  /** Turned by a quarter. */
  readonly turned?: boolean
  readonly indexLast?: boolean
  /** Start of the first entry of the edit list, in ticks. */
  readonly edit?: number
  readonly edits?: number
  readonly version?: 0 | 1
  /** Bytes of frames. */
  readonly frames?: number
  readonly longBoxes?: boolean
  /** With the box that announces fragments. */
  readonly fragmented?: boolean
}

const SCALE = 600

/** An MP4 or MOV of one video track, and a sound track when `audio` is given. */
export function video(options: Video = {}): Buffer {
  const { brand = 'isom', indexLast = false, frames = 64, longBoxes = false } = options
  const type = brand === '' ? Buffer.alloc(0) : box('ftyp', Buffer.from(brand), u32(0x200), Buffer.from(brand))
  const index = box(
    'moov',
    clock('mvhd', options, Buffer.alloc(80)),
    framesTrack(options),
    ...(options.fragmented ? [box('mvex')] : []),
    ...(options.audio ? [soundTrack(options)] : []),
  )
  const data = longBoxes ? longBox('mdat', Buffer.alloc(frames)) : box('mdat', Buffer.alloc(frames))
  return Buffer.concat(indexLast ? [type, data, index] : [type, index, data])
}

/** `mvhd` and `mdhd`. */
function clock(type: string, { seconds = 10, version = 0 }: Video, rest: Buffer): Buffer {
  const ticks = Math.round(seconds * SCALE)
  const long = Buffer.alloc(8)
  long.writeBigUInt64BE(BigInt(ticks))
  return version === 1
    ? box(type, Buffer.from([1, 0, 0, 0]), Buffer.alloc(16), u32(SCALE), long, rest)
    : box(type, u32(0), Buffer.alloc(8), u32(SCALE), u32(ticks), rest)
}

function framesTrack(options: Video): Buffer {
  const { seconds = 10, width = 1_080, height = 1_920, codec = 'avc1', frameRate = 30, turned = false, version = 0 } = options
  const matrix = (turned ? [0, 65_536, 0, -65_536, 0, 0, 0, 0, 1 << 30] : [65_536, 0, 0, 0, 65_536, 0, 0, 0, 1 << 30]).map(i32)
  const head = box(
    'tkhd',
    Buffer.from([version, 0, 0, 7]),
    Buffer.alloc(version === 1 ? 48 : 36),
    ...matrix,
    u32(width * 65_536),
    u32(height * 65_536),
  )
  const entry = box(codec, Buffer.alloc(6), u16(1), Buffer.alloc(16), u16(width), u16(height), Buffer.alloc(50))
  const times = box('stts', u32(0), u32(2), u32(1), u32(20), u32(Math.max(0, Math.round(seconds * frameRate) - 1)), u32(20))
  return box('trak', head, ...editList(options), media('vide', options, box('stbl', box('stsd', u32(0), u32(1), entry), times)))
}

function soundTrack(options: Video): Buffer {
  const entry = box(options.audio ?? 'mp4a', Buffer.alloc(6), u16(1), Buffer.alloc(16), u16(options.audioRate ?? 44_100), u16(0))
  return box('trak', media('soun', options, box('stbl', box('stsd', u32(0), u32(1), entry))))
}

function media(kind: string, options: Video, table: Buffer): Buffer {
  const handler = box('hdlr', u32(0), u32(0), Buffer.from(kind), Buffer.alloc(13))
  return box('mdia', clock('mdhd', options, Buffer.alloc(4)), handler, box('minf', table))
}

function editList({ edit, edits = 1, version = 0 }: Video): Buffer[] {
  if (edit === undefined) return []
  const long = Buffer.alloc(8)
  long.writeBigInt64BE(BigInt(edit))
  const entry =
    version === 1 ? Buffer.concat([Buffer.alloc(8), long, u16(1), u16(0)]) : Buffer.concat([u32(100), i32(edit), u16(1), u16(0)])
  return [box('edts', box('elst', Buffer.from([version, 0, 0, 0]), u32(edits), ...Array.from({ length: edits }, () => entry)))]
}
