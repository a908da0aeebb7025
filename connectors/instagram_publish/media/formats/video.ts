import { defined } from '../../../../framework/defined.ts'
import { type ByteWindow, UnreadableMedia } from '../byte-window.ts'
import type { VideoFacts } from '../facts.ts'
import { type Box, boxes, endOf, find, inside } from './boxes.ts'
import { durationIn } from './duration.ts'
import type { Size } from './images.ts'
import { readTrack, type Track } from './track.ts'

const MAX_TRACKS = 32

/** Size, duration and codecs of an MP4 or MOV, wherever its index is. */
export async function readVideo(window: ByteWindow): Promise<Partial<Size> & { readonly video: VideoFacts }> {
  const { index, indexFirst } = await findIndex(window)
  const { duration, fragmented, tracks } = await readIndex(window, index)
  const frames = tracks.find(({ kind }) => kind === 'vide')
  const sound = tracks.find(({ kind }) => kind === 'soun')
  const seconds = duration ?? frames?.duration
  return {
    ...(frames?.size ?? {}),
    video: {
      ...defined({
        duration: seconds,
        videoCodec: frames?.codec,
        frameRate: frames?.frameRate,
        audioCodec: sound?.codec,
        audioRate: sound?.rate,
      }),
      indexFirst,
      fragmented,
      hasEditList: tracks.some(({ edited }) => edited),
    },
  }
}

/** The box with the index, and whether it precedes the frames. */
async function findIndex(window: ByteWindow): Promise<{ readonly index: Box; readonly indexFirst: boolean }> {
  let index: Box | undefined
  let hasFrames = false
  let indexFirst = true
  for await (const box of boxes(window, 0, endOf(window))) {
    if (box.type === 'mdat') {
      hasFrames = true
      if (index === undefined) indexFirst = false
    }
    if (box.type === 'moov') index ??= box
    // After the index only the end of the file matters, and that is known only together with its size.
    if (index !== undefined && window.size === undefined) break
  }
  if (index === undefined) throw new UnreadableMedia('a video without its index (moov)')
  if (!hasFrames && window.size !== undefined) throw new UnreadableMedia('a video without frames (mdat)')
  return { index, indexFirst }
}

async function readIndex(
  window: ByteWindow,
  index: Box,
): Promise<{ duration: number | undefined; fragmented: boolean; tracks: readonly Track[] }> {
  const tracks: Track[] = []
  let fragmented = false
  const header = await find(window, index, ['mvhd'])
  for await (const box of inside(window, index)) {
    if (box.type === 'mvex') fragmented = true
    if (box.type === 'trak' && tracks.length < MAX_TRACKS) tracks.push(await readTrack(window, box))
  }
  return { duration: header && (await durationIn(window, header)), fragmented, tracks }
}
