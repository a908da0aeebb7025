import type { ContainerKind } from './container.ts'
import type { Download } from './download.ts'
import { publishingError } from './errors.ts'
import { measure } from './measure.ts'

const MAX_IMAGE = 8 * 1_048_576
const MEGABYTE = 1_000_000

/** Looks at a downloaded image. Throws the refusal: images are judged while the container is made. */
export function inspectImage(download: Download | undefined, kind: ContainerKind): void {
  const bytes = bytesOf(download, 2207004)
  if (typeof bytes === 'number') throw publishingError(bytes)
  const seen = measure(bytes)
  if (seen.kind === 'unknown' || seen.kind === 'video') throw publishingError(2207052)
  if (seen.kind === 'other-image') throw publishingError(2207005)
  if (bytes.length > MAX_IMAGE) throw publishingError(2207004)
  const ratio = seen.height === 0 ? 0 : seen.width / seen.height
  if (kind === 'STORIES') return
  if (ratio < 0.799 || ratio > 1.915) throw publishingError(2207009, `The image has the aspect ratio ${ratio.toFixed(3)}.`)
}

/** Looks at a video. Gives the subcode with which its processing will fail: videos are judged after the container was made. */
export function inspectVideo(download: Download | undefined, kind: ContainerKind): { failure: number | undefined; seconds: number } {
  const bytes = bytesOf(download, 2207077)
  if (typeof bytes === 'number') return { failure: bytes, seconds: 0 }
  const seen = measure(bytes)
  if (seen.kind === 'unknown') return { failure: 2207052, seconds: 0 }
  if (seen.kind !== 'video') return { failure: 2207026, seconds: 0 }
  const story = kind === 'STORIES'
  if (bytes.length > (story ? 100 : 300) * MEGABYTE) return { failure: 2207077, seconds: seen.seconds }
  const fits = seen.seconds >= 3 && seen.seconds <= (story ? 60 : 900)
  return { failure: fits ? undefined : 2207026, seconds: seen.seconds }
}

/** The bytes, or the subcode of what went wrong. */
function bytesOf(download: Download | undefined, tooLarge: number): Buffer | number {
  if (download === undefined) return 2207052
  if ('bytes' in download) return download.bytes
  return { unreachable: 2207052, timeout: 2207003, 'too-large': tooLarge }[download.failure]
}
