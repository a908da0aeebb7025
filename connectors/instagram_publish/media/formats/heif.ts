import { type ByteWindow, UnreadableMedia } from '../byte-window.ts'
import { type Box, boxes, endOf, find, inside } from './boxes.ts'
import type { Size } from './images.ts'

/** Size of a HEIC or AVIF: that of its largest image (the others are tiles and thumbnails), turned where it asks for it. */
export async function heifSize(window: ByteWindow): Promise<Size> {
  for await (const box of boxes(window, 0, endOf(window))) {
    if (box.type !== 'meta') continue
    // A `meta` has four bytes of version before its boxes.
    const properties = await find(window, { ...box, start: box.start + 4 }, ['iprp', 'ipco'])
    if (properties) return sizeIn(window, properties)
  }
  throw new UnreadableMedia('a HEIC without its image properties')
}

async function sizeIn(window: ByteWindow, properties: Box): Promise<Size> {
  let size: Size | undefined
  let turned = false
  for await (const box of inside(window, properties)) {
    if (box.type === 'ispe') {
      const bytes = await window.at(box.start + 4, 8)
      const found = { width: bytes.readUInt32BE(0), height: bytes.readUInt32BE(4) }
      if (size === undefined || found.width * found.height > size.width * size.height) size = found
    }
    if (box.type === 'irot') turned = ((await window.at(box.start, 1))[0] ?? 0) % 2 === 1
  }
  if (size === undefined) throw new UnreadableMedia('a HEIC without the size of its image')
  return turned ? { width: size.height, height: size.width } : size
}
