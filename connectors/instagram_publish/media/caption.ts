import { type Diagnostic, diagnose } from './diagnostic.ts'
import { limitsOf, type RuleName } from './rules.ts'

const HASHTAG = /(?<![\p{L}\p{N}_&])#[\p{L}\p{N}\p{M}_]+/gu
const MENTION = /(?<![\p{L}\p{N}_.@/])@[A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?/gu

/** What is counted in a caption. Characters are code points, so that an emoji of one sign is one. */
export function captionCounts(caption: string): { readonly length: number; readonly hashtags: number; readonly mentions: number } {
  return {
    length: [...caption].length,
    hashtags: caption.match(HASHTAG)?.length ?? 0,
    mentions: caption.match(MENTION)?.length ?? 0,
  }
}

/** Diagnostics for a caption. */
export function captionDiagnostics(caption: string, path: string): Diagnostic[] {
  const counts = captionCounts(caption)
  return [
    ...atMost('caption-length', { count: counts.length, what: 'characters', path }),
    ...atMost('caption-hashtags', { count: counts.hashtags, what: 'hashtags', path }),
    ...atMost('caption-mentions', { count: counts.mentions, what: 'mentions', path }),
  ]
}

/** A diagnostic when there are more (or fewer) of something than its rule allows. */
export function atMost(rule: RuleName, { count, what, path }: { count: number; what: string; path: string }): Diagnostic[] {
  const { min, max } = limitsOf(rule)
  return count >= min && count <= max ? [] : [diagnose(rule, { path, found: `${count} ${what}` })]
}
