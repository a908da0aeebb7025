import { defined } from '../../../../framework/defined.ts'
import type { ByteWindow } from '../byte-window.ts'
import { type Box, find } from './boxes.ts'
import { durationIn } from './duration.ts'
import type { Size } from './images.ts'

/** One track of a video. */
export interface Track {
  /** `vide`, `soun`, or another kind that is not looked into. */
  readonly kind: string
  readonly codec?: string
  /** As shown: turned where the video asks for it. */
  readonly size?: Size
  readonly duration?: number
  readonly frameRate?: number
  /** Hertz, of sound. */
  readonly rate?: number
  readonly edited: boolean
}

/** Maximum number of runs of equal frame lengths that are added up; a video with more has no single rate. */
const MAX_RUNS = 4_096

export async function readTrack(window: ByteWindow, trak: Box): Promise<Track> {
  const handler = await find(window, trak, ['mdia', 'hdlr'])
  const kind = handler ? (await window.at(handler.start + 8, 4)).toString('latin1') : ''
  const description = await find(window, trak, ['mdia', 'minf', 'stbl', 'stsd'])
  const entry = description && (await window.upTo(description.start + 8, 36))
  const codec = entry && entry.length >= 8 ? { codec: entry.toString('latin1', 4, 8) } : {}
  const edited = await isEdited(window, trak)
  if (kind === 'soun') return { kind, ...codec, ...(entry && entry.length >= 36 ? { rate: entry.readUInt16BE(32) } : {}), edited }
  if (kind !== 'vide') return { kind, edited }
  const header = await find(window, trak, ['tkhd'])
  const size = header && (await shownSize(window, header))
  return { kind, ...codec, ...defined({ size }), ...(await times(window, trak)), edited }
}

/** Width and height of the track, exchanged when its matrix turns it by a quarter. */
async function shownSize(window: ByteWindow, header: Box): Promise<Size | undefined> {
  const long = (await window.at(header.start, 1))[0] === 1
  const bytes = await window.at(header.start + (long ? 52 : 40), 44)
  const [width, height] = [bytes.readUInt32BE(36) / 65_536, bytes.readUInt32BE(40) / 65_536]
  if (width === 0 || height === 0) return undefined
  const turned = bytes.readInt32BE(0) === 0 && bytes.readInt32BE(4) !== 0
  return turned ? { width: height, height: width } : { width, height }
}

async function times(window: ByteWindow, trak: Box): Promise<Pick<Track, 'duration' | 'frameRate'>> {
  const header = await find(window, trak, ['mdia', 'mdhd'])
  const seconds = header && (await durationIn(window, header))
  if (seconds === undefined) return {}
  const frames = await countFrames(window, trak)
  return { duration: seconds, ...(frames === undefined ? {} : { frameRate: frames / seconds }) }
}

async function countFrames(window: ByteWindow, trak: Box): Promise<number | undefined> {
  const table = await find(window, trak, ['mdia', 'minf', 'stbl', 'stts'])
  if (!table) return undefined
  const runs = (await window.at(table.start + 4, 4)).readUInt32BE(0)
  if (runs === 0 || runs > MAX_RUNS || table.start + 8 + runs * 8 > table.end) return undefined
  const bytes = await window.at(table.start + 8, runs * 8)
  let frames = 0
  for (let run = 0; run < runs; run++) frames += bytes.readUInt32BE(run * 8)
  return frames
}

/** Encoders write one entry that skips their own delay; only what cuts, repeats or delays the video counts as an edit list. */
async function isEdited(window: ByteWindow, trak: Box): Promise<boolean> {
  const list = await find(window, trak, ['edts', 'elst'])
  if (!list) return false
  const head = await window.at(list.start, 8)
  const long = head[0] === 1
  const entries = head.readUInt32BE(4)
  if (entries !== 1) return entries > 1
  const entry = await window.at(list.start + 8, long ? 20 : 12)
  const start = long ? entry.readBigInt64BE(8) : BigInt(entry.readInt32BE(4))
  return start < 0n || entry.readInt16BE(long ? 16 : 8) !== 1
}
