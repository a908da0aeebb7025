import type { Post } from '../post.ts'
import { checkCarousel, checkMedia } from './check.ts'
import { type Diagnostic, diagnose } from './diagnostic.ts'
import type { MediaFacts, MediaUse } from './facts.ts'
import { type ProbeOptions, probeMedia } from './probe.ts'
import { mediaOf } from './sources.ts'

/** An image or video with what was learned of it. */
export interface InspectedMedia {
  readonly use: MediaUse
  readonly facts: MediaFacts
}

/**
 * Looks at every image and video of a post, one after the other (a host that serves them all should not be pressed), and judges them
 * alone and side by side. At most eleven files. Rejects only when `signal` is aborted.
 */
export async function inspectMedia(
  post: Post,
  options: ProbeOptions = {},
): Promise<{ readonly media: readonly InspectedMedia[]; readonly findings: readonly Diagnostic[] }> {
  const media: InspectedMedia[] = []
  for (const { source, use } of mediaOf(post)) media.push({ use, facts: await probeMedia(source, options) })
  const items = media.filter(({ use }) => use.as === 'child')
  return {
    media,
    findings: [...media.flatMap(({ facts, use }) => checkMedia(facts, use)), ...checkCarousel(items), ...coverDiagnostics(post, media)],
  }
}

/** The frame for the cover must be inside the video. */
function coverDiagnostics({ thumb_offset, cover_url }: Post, [first]: readonly InspectedMedia[]): Diagnostic[] {
  const seconds = first?.facts.video?.duration
  if (thumb_offset === undefined || cover_url !== undefined || seconds === undefined || thumb_offset <= seconds * 1_000) return []
  return [diagnose('thumb-offset', { path: 'thumb_offset', found: `${thumb_offset} ms in a video of ${Math.round(seconds * 1_000)} ms` })]
}
