import type { ByteWindow } from '../byte-window.ts'
import type { Box } from './boxes.ts'

/** Seconds out of a `mvhd` or `mdhd`; a fragmented video tells no duration here. */
export async function durationIn(window: ByteWindow, header: Box): Promise<number | undefined> {
  const long = (await window.at(header.start, 1))[0] === 1
  const bytes = await window.at(header.start + (long ? 20 : 12), long ? 12 : 8)
  const scale = bytes.readUInt32BE(0)
  const ticks = long ? Number(bytes.readBigUInt64BE(4)) : bytes.readUInt32BE(4)
  const unknown = scale === 0 || ticks === 0 || ticks === 0xffff_ffff
  return unknown ? undefined : ticks / scale
}
