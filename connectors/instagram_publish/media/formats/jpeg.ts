import { type ByteWindow, UnreadableMedia } from '../byte-window.ts'
import type { Size } from './images.ts'

const START_OF_FRAME = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])
const MAX_SEGMENTS = 500
const TAIL = 65_536

/** Size as shown, and whether the image has an end. */
export async function readJpeg(window: ByteWindow): Promise<Size & { readonly complete: boolean }> {
  let at = 2
  let turned = false
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    const head = await window.at(at, 4)
    if (head[0] !== 0xff) throw new UnreadableMedia(`no segment at byte ${at}`)
    const marker = head[1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0xd9 || marker === 0xda) break
    const length = head.readUInt16BE(2)
    if (length < 2) throw new UnreadableMedia(`a segment of ${length} bytes at byte ${at}`)
    if (marker === 0xe1) turned ||= isTurned(await window.upTo(at + 4, Math.min(length - 2, 4_096)))
    if (START_OF_FRAME.has(marker)) return { ...shown(await window.at(at + 5, 4), { turned }), complete: await hasEnd(window, at) }
    at += 2 + length
  }
  throw new UnreadableMedia('a JPEG without a frame header')
}

function shown(frame: Buffer, { turned }: { readonly turned: boolean }): Size {
  const [height, width] = [frame.readUInt16BE(0), frame.readUInt16BE(2)]
  return turned ? { width: height, height: width } : { width, height }
}

/** The end marker stands in the last bytes, now and then with a trailer of the camera behind it. */
async function hasEnd(window: ByteWindow, from: number): Promise<boolean> {
  const { size } = window
  if (size === undefined) return true
  const start = Math.max(from, size - TAIL)
  try {
    return (await window.upTo(start, size - start)).lastIndexOf(Buffer.from([0xff, 0xd9])) >= 0
  } catch (error) {
    // A server without ranges shows the start only: the end is then not judged.
    if (error instanceof UnreadableMedia) return true
    throw error
  }
}

/** Whether the EXIF orientation (5 to 8) exchanges width and height. */
function isTurned(segment: Buffer): boolean {
  if (segment.toString('latin1', 0, 6) !== 'Exif\0\0') return false
  const tiff = segment.subarray(6)
  if (tiff.length < 8) return false
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const u16 = (offset: number) => (offset + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(offset) : tiff.readUInt16BE(offset))
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  const entries = Math.min(u16(directory), 200)
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * 12
    if (u16(entry) === 0x0112) return u16(entry + 8) >= 5 && u16(entry + 8) <= 8
  }
  return false
}
