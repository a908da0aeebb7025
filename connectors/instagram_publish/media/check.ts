import { type Diagnostic, diagnose } from './diagnostic.ts'
import type { AddressFacts, MediaFacts, MediaUse, VideoFacts } from './facts.ts'
import { limitsOf, type RuleName } from './rules.ts'

const VIDEO_CODECS = new Set(['avc1', 'avc2', 'avc3', 'avc4', 'hvc1', 'hev1'])
const IMAGES = new Set(['jpeg', 'png', 'webp', 'gif', 'heic', 'avif'])
const VIDEOS = new Set(['mp4', 'mov'])
/** Videos that the API does not take. */
const UNSUPPORTED_VIDEOS = new Set(['webm', 'avi'])

/** Everything about an image or video that its use does not allow. What is not known is not judged, save that it could not be read. */
export function checkMedia(facts: MediaFacts, use: MediaUse): Diagnostic[] {
  const { address } = facts
  const reached = address ? addressDiagnostics(address, facts, use) : []
  if (reached.some(({ severity }) => severity === 'error')) return reached
  return [...reached, ...(use.expects === 'image' ? imageDiagnostics(facts, use) : videoDiagnostics(facts, use))]
}

/** Diagnostics about the items of a carousel side by side: `items` in their order. */
export function checkCarousel(items: readonly { readonly facts: MediaFacts; readonly use: MediaUse }[]): Diagnostic[] {
  const ratios = items.map(({ facts: { width, height } }) => (width && height ? width / height : undefined))
  const first = ratios[0]
  if (first === undefined) return []
  return items.flatMap(({ use }, index) => {
    const ratio = ratios[index]
    if (ratio === undefined || Math.abs(ratio - first) < 0.01) return []
    return [diagnose('carousel-ratio', { path: use.path, found: `${ratio.toFixed(2)}:1 beside ${first.toFixed(2)}:1` })]
  })
}

function addressDiagnostics(address: AddressFacts, facts: MediaFacts, { path }: MediaUse): Diagnostic[] {
  const { status, problem, redirect, contentType } = address
  const moved = redirect === undefined ? [] : [diagnose('redirect', { path, found: `to ${redirect}` })]
  if (problem !== undefined) return [...moved, diagnose('reachable', { path, found: problem })]
  if (status < 200 || status > 299) return [...moved, diagnose('reachable', { path, found: `status ${status}` })]
  return [...moved, ...typeDiagnostics(contentType, facts, path)]
}

/** Reports servers that declare an image as a video (or text), but not those that declare no specific type. */
function typeDiagnostics(contentType: string | undefined, { format }: MediaFacts, path: string): Diagnostic[] {
  const video = VIDEOS.has(format) || UNSUPPORTED_VIDEOS.has(format)
  const wanted = IMAGES.has(format) ? 'image/' : video ? 'video/' : undefined
  if (wanted === undefined || contentType === undefined) return []
  if (contentType.startsWith(wanted) || /^(?:application|binary)\/octet-stream/.test(contentType)) return []
  return [diagnose('content-type', { path, found: `${contentType} for ${format}` })]
}

function imageDiagnostics(facts: MediaFacts, { as, path }: MediaUse): Diagnostic[] {
  const { format, size, width, height, unreadable } = facts
  if (VIDEOS.has(format) || UNSUPPORTED_VIDEOS.has(format))
    return [diagnose('image-format', { path, found: format, fix: 'set type of the item to video' })]
  if (!IMAGES.has(format)) return [diagnose('media-readable', { path, found: unreadable ?? format })]
  const wrongFormat = format === 'jpeg' ? [] : [diagnose('image-format', { path, found: format })]
  const broken = unreadable === undefined ? [] : [diagnose('media-readable', { path, found: unreadable })]
  const free = as === 'story' || as === 'cover'
  return [
    ...wrongFormat,
    ...broken,
    ...within('image-size', size, { path, unit: 'bytes' }),
    ...(free ? [] : within('image-ratio', ratioOf(width, height), { path, unit: ':1', of: `${width} × ${height}` })),
    ...within('image-width', width, { path, unit: 'pixels' }),
  ]
}

function videoDiagnostics(facts: MediaFacts, { as, path }: MediaUse): Diagnostic[] {
  const { format, size, width, height, unreadable, video } = facts
  if (IMAGES.has(format)) return [diagnose('video-format', { path, found: format, fix: 'set type of the item to image' })]
  if (UNSUPPORTED_VIDEOS.has(format)) return [diagnose('video-format', { path, found: format })]
  if (!VIDEOS.has(format)) return [diagnose('media-readable', { path, found: unreadable ?? format })]
  const story = as === 'story'
  return [
    ...(unreadable === undefined ? [] : [diagnose('media-readable', { path, found: unreadable })]),
    ...within(story ? 'video-size-story' : 'video-size-reel', size, { path, unit: 'bytes' }),
    ...within(story ? 'video-duration-story' : 'video-duration-reel', video?.duration, { path, unit: 'seconds' }),
    ...within('video-ratio', ratioOf(width, height), { path, unit: ':1', of: `${width} × ${height}` }),
    ...within('video-width', width, { path, unit: 'columns' }),
    ...(video ? trackDiagnostics(video, { path, size }) : []),
  ]
}

function trackDiagnostics(video: VideoFacts, { path, size }: { path: string; size: number | undefined }): Diagnostic[] {
  const { videoCodec, audioCodec, audioRate, frameRate, duration, indexFirst, hasEditList, fragmented } = video
  const bitRate = size !== undefined && duration ? (size * 8) / duration : undefined
  const noCodec = videoCodec === undefined || !VIDEO_CODECS.has(videoCodec)
  return [
    ...(noCodec ? [diagnose('video-codec', { path, found: videoCodec ?? 'no frames' })] : []),
    ...within('video-frame-rate', frameRate, { path, unit: 'frames per second' }),
    ...within('video-bit-rate', bitRate, { path, unit: 'bit/s' }),
    ...(audioCodec === undefined || audioCodec === 'mp4a' ? [] : [diagnose('audio-codec', { path, found: audioCodec })]),
    ...within('audio-rate', audioRate, { path, unit: 'Hz' }),
    ...(indexFirst ? [] : [diagnose('video-index-first', { path, found: 'the index is at the end' })]),
    ...(fragmented ? [diagnose('video-fragments', { path, found: 'a fragmented video' })] : []),
    ...(hasEditList ? [diagnose('video-edit-list', { path, found: 'an edit list' })] : []),
  ]
}

function ratioOf(width: number | undefined, height: number | undefined): number | undefined {
  return width && height ? width / height : undefined
}

interface Measured {
  readonly path: string
  readonly unit: string
  /** What the value was computed from. */
  readonly of?: string
}

/** A diagnostic when a known value lies outside the limits of its rule. Ratios and rates are rounded the way that they are written. */
function within(rule: RuleName, value: number | undefined, { path, unit, of }: Measured): Diagnostic[] {
  if (value === undefined) return []
  const { min, max } = limitsOf(rule)
  const rounded = Math.round(value * 100) / 100
  if (rounded >= min && rounded <= max) return []
  return [diagnose(rule, { path, found: `${rounded}${unit.startsWith(':') ? '' : ' '}${unit}${of === undefined ? '' : ` (${of})`}` })]
}
