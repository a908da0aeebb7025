import { type Finding, finding } from './finding.ts'
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

/** Findings for a caption. */
export function captionFindings(caption: string, path: string): Finding[] {
  const counts = captionCounts(caption)
  return [
    ...atMost('caption-length', { count: counts.length, what: 'characters', path }),
    ...atMost('caption-hashtags', { count: counts.hashtags, what: 'hashtags', path }),
    ...atMost('caption-mentions', { count: counts.mentions, what: 'mentions', path }),
  ]
}

/** A finding when there are more (or fewer) of something than its rule allows. */
export function atMost(rule: RuleName, { count, what, path }: { count: number; what: string; path: string }): Finding[] {
  const { min, max } = limitsOf(rule)
  return count >= min && count <= max ? [] : [finding(rule, { path, found: `${count} ${what}` })]
}
