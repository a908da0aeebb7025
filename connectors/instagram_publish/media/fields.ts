import type { PostType } from '../post.ts'
import { type Diagnostic, diagnose } from './diagnostic.ts'

export const POST_TYPES: readonly PostType[] = ['image', 'video', 'reel', 'carousel', 'story']

/** A field: the form of its value, and which kinds of posts have it. */
interface FieldRule {
  readonly value: 'text' | 'number' | 'boolean' | 'list'
  readonly on: readonly PostType[]
}

const FEED: readonly PostType[] = ['image', 'video', 'reel', 'carousel']
const VIDEOS: readonly PostType[] = ['video', 'reel']

/** Every field of a post. Source: reference of `POST /{ig-user}/media`. */
export const POST_FIELDS: Readonly<Record<string, FieldRule>> = {
  type: { value: 'text', on: POST_TYPES },
  media: { value: 'list', on: POST_TYPES },
  caption: { value: 'text', on: FEED },
  hashtags: { value: 'list', on: FEED },
  location_id: { value: 'text', on: FEED },
  collaborators: { value: 'list', on: FEED },
  cover_url: { value: 'text', on: VIDEOS },
  thumb_offset: { value: 'number', on: VIDEOS },
  share_to_feed: { value: 'boolean', on: VIDEOS },
  audio_name: { value: 'text', on: VIDEOS },
  is_ai_generated: { value: 'boolean', on: POST_TYPES },
}

/** Every field of one image or video of a post. */
export const MEDIA_FIELDS: Readonly<Record<string, FieldRule>> = {
  type: { value: 'text', on: POST_TYPES },
  url: { value: 'text', on: POST_TYPES },
  file: { value: 'text', on: POST_TYPES },
  alt_text: { value: 'text', on: ['image', 'carousel'] },
  user_tags: { value: 'list', on: POST_TYPES },
  product_tags: { value: 'list', on: FEED },
}

/** Fields that do not exist, do not belong to this kind of post, or have a value of the wrong type. */
export function fieldDiagnostics(
  fields: Readonly<Record<string, unknown>>,
  { known, on, prefix }: { known: Readonly<Record<string, FieldRule>>; on: PostType; prefix: string },
): Diagnostic[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const path = prefix + name
    const field = Object.hasOwn(known, name) ? known[name] : undefined
    if (!field) return [diagnose('field-known', { path, found: name, fix: `remove it; known: ${Object.keys(known).join(', ')}` })]
    if (!field.on.includes(on)) return [diagnose('field-fits', { path, found: `${name} on a post of type ${on}` })]
    return fits(field, value) ? [] : [diagnose('field-type', { path, found: formOf(value), fix: `give a ${field.value}` })]
  })
}

function fits({ value: wanted }: FieldRule, value: unknown): boolean {
  if (wanted === 'text') return typeof value === 'string'
  if (wanted === 'list') return Array.isArray(value)
  return wanted === 'number' ? typeof value === 'number' && Number.isFinite(value) : typeof value === 'boolean'
}

/** The form of a JSON value in a word. */
export function formOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  return Array.isArray(value) ? 'list' : typeof value
}
