import type { ByteWindow } from '../byte-window.ts'
import { UnreadableMedia } from '../byte-window.ts'

/** Pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** The first chunk of a PNG is its header. */
export async function pngSize(window: ByteWindow): Promise<Size> {
  const head = await window.at(8, 16)
  if (head.toString('latin1', 4, 8) !== 'IHDR') throw new UnreadableMedia('a PNG without its header')
  return { width: head.readUInt32BE(8), height: head.readUInt32BE(12) }
}

export async function gifSize(window: ByteWindow): Promise<Size> {
  const head = await window.at(6, 4)
  return { width: head.readUInt16LE(0), height: head.readUInt16LE(2) }
}

/** The three forms of a WEBP: lossy, lossless, extended. */
export async function webpSize(window: ByteWindow): Promise<Size> {
  const head = await window.at(12, 18)
  const form = head.toString('latin1', 0, 4)
  if (form === 'VP8 ') return { width: head.readUInt16LE(14) & 0x3fff, height: head.readUInt16LE(16) & 0x3fff }
  if (form === 'VP8L') {
    const bits = head.readUInt32LE(9)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (form === 'VP8X') return { width: head.readUIntLE(12, 3) + 1, height: head.readUIntLE(15, 3) + 1 }
  throw new UnreadableMedia('a WEBP of an unknown form')
}
