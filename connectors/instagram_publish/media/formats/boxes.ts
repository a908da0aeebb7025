import { type ByteWindow, UnreadableMedia } from '../byte-window.ts'

/** A box of the ISO base media format (MP4, MOV, HEIC): a name and a stretch of bytes. */
export interface Box {
  readonly type: string
  /** Where its content begins and where it ends. */
  readonly start: number
  readonly end: number
}

const MAX_BOXES = 2_000

/** The boxes from `start` to `end`, one after the other. Throws UnreadableMedia for a box that does not fit. */
export async function* boxes(window: ByteWindow, start: number, end: number): AsyncGenerator<Box> {
  let at = start
  for (let count = 0; at + 8 <= end; count++) {
    if (count >= MAX_BOXES) throw new UnreadableMedia(`more than ${MAX_BOXES} boxes in a row`)
    const box = await boxAt(window, at, end)
    if (!box) return
    yield box
    at = box.end
  }
}

/** The box that begins at a byte; undefined when the file ends before its head. */
async function boxAt(window: ByteWindow, at: number, end: number): Promise<Box | undefined> {
  const head = await window.upTo(at, 16)
  if (head.length < 8) return undefined
  const short = head.readUInt32BE(0)
  const long = short === 1
  if (long && head.length < 16) throw new UnreadableMedia(`the file ends at byte ${at + head.length}`)
  const size = long ? Number(head.readBigUInt64BE(8)) : short === 0 ? end - at : short
  const box = { type: head.toString('latin1', 4, 8), start: at + (long ? 16 : 8), end: at + size }
  if (box.end < box.start) throw new UnreadableMedia(`a box of ${size} bytes at byte ${at}`)
  if (box.end > end) throw new UnreadableMedia(`the file ends within its box '${printable(box.type)}'`)
  return box
}

/** The boxes inside another one. */
export function inside(window: ByteWindow, box: Box): AsyncGenerator<Box> {
  return boxes(window, box.start, box.end)
}

/** The first box at the end of a path of names below another one. */
export async function find(window: ByteWindow, box: Box, path: readonly string[]): Promise<Box | undefined> {
  const [name, ...rest] = path
  if (name === undefined) return box
  for await (const child of inside(window, box)) if (child.type === name) return find(window, child, rest)
  return undefined
}

/** The end of the file; without a known size the boxes are followed until the bytes end. */
export function endOf({ size }: ByteWindow): number {
  return size ?? Number.MAX_SAFE_INTEGER
}

function printable(type: string): string {
  return type.replace(/[^ -~]/g, '?')
}
