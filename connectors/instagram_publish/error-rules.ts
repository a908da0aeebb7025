import type { GraphClass } from '../meta/graph/error-table.ts'
import type { GraphErrorBody } from '../meta/graph/errors.ts'
import type { PublishCode, UNREADABLE } from './codes.ts'

/** What a call is for: `create` makes containers, `commit` publishes, `read` asks, `write` is anything else. */
export type Purpose = 'create' | 'commit' | 'read' | 'write'

export interface PublishRule {
  readonly code: number | readonly [number, number]
  readonly subcode?: number
  /** Absent: whatever the call is for. */
  readonly purpose?: Purpose
  readonly publish: PublishCode | typeof UNREADABLE
  readonly retryable?: true
  /** The API may have done what it says that it did not do. */
  readonly doubtful?: true
  readonly means: string
}

/** First match wins. Source: error table of the publishing guide and reports of posts that were live in spite of an error. */
export const publishRules: readonly PublishRule[] = [
  { code: 4, subcode: 2207051, publish: 'API_ERROR', doubtful: true, means: 'blocked as spam; the post may be live' },
  { code: 9, publish: 'QUOTA_EXCEEDED', retryable: true, means: 'posts of 24 hours used up' },
  {
    code: 24,
    purpose: 'commit',
    publish: 'CONTAINER_ERROR',
    retryable: true,
    doubtful: true,
    means: 'the container is gone, or was published',
  },
  { code: 24, subcode: 2207008, publish: 'CONTAINER_ERROR', retryable: true, means: 'the container is not there (yet), or has expired' },
  { code: 24, publish: 'CONTAINER_ERROR', retryable: true, means: 'the container or media is not found' },
  { code: 25, publish: 'API_ERROR', means: 'the account is restricted; its owner has to act in the app' },
  {
    code: 100,
    subcode: 33,
    purpose: 'read',
    publish: 'UNREADABLE',
    retryable: true,
    means: 'not readable, which does not tell the state of the post',
  },
  { code: 100, subcode: 33, publish: 'API_ERROR', means: 'no such object, no permission, or not supported' },
  { code: 100, subcode: 2207028, publish: 'INVALID_CAROUSEL', means: 'a carousel needs 2 to 10 items' },
  { code: 100, purpose: 'create', publish: 'MEDIA_ERROR', means: 'a parameter of the post is refused' },
  { code: 100, publish: 'API_ERROR', means: 'a parameter is refused' },
  { code: 352, publish: 'MEDIA_ERROR', means: 'the format of the video is not supported' },
  { code: 368, publish: 'API_ERROR', doubtful: true, means: 'blocked for a while for policy reasons' },
  { code: 506, publish: 'DUPLICATE', doubtful: true, means: 'the same post exists already' },
  { code: 1, subcode: 2207057, publish: 'MEDIA_ERROR', means: 'thumb_offset lies outside the video' },
  { code: [1, 2], publish: 'API_ERROR', retryable: true, doubtful: true, means: 'the API fails for the moment' },
  { code: 9004, publish: 'MEDIA_ERROR', means: 'the media cannot be fetched from its address' },
  { code: 9007, publish: 'CONTAINER_ERROR', retryable: true, means: 'the container is not ready' },
  { code: [36000, 36004], publish: 'MEDIA_ERROR', means: 'size, format, aspect ratio or caption break a rule' },
  { code: 1609005, publish: 'MEDIA_ERROR', means: 'the link cannot be fetched' },
  { code: -1, subcode: 2207001, publish: 'API_ERROR', retryable: true, doubtful: true, means: 'Instagram fails; the post may be live' },
  {
    code: -1,
    subcode: 2207032,
    purpose: 'create',
    publish: 'CONTAINER_ERROR',
    retryable: true,
    means: 'a container, or an item of the carousel, could not be made; a new one may help',
  },
  { code: -1, subcode: 2207073, publish: 'NOT_SUPPORTED', means: 'media of this kind cannot be deleted' },
  { code: -1, publish: 'MEDIA_ERROR', retryable: true, doubtful: true, means: 'the upload failed; a new container may help' },
  { code: -2, subcode: 2207020, publish: 'CONTAINER_EXPIRED', retryable: true, means: 'the media has expired' },
  { code: -2, publish: 'MEDIA_ERROR', retryable: true, means: 'the download of the media took too long' },
]

/** Codes that reading and publishing judge alike, by the class of the error table that they share. */
export const classRules: Readonly<Partial<Record<GraphClass, Pick<PublishRule, 'publish' | 'retryable'>>>> = {
  rate: { publish: 'RATE_LIMIT', retryable: true },
  token: { publish: 'OAUTH_ERROR' },
  account: { publish: 'OAUTH_ERROR' },
  permission: { publish: 'OAUTH_ERROR' },
  quota: { publish: 'QUOTA_EXCEEDED', retryable: true },
}

export function publishRuleFor(error: GraphErrorBody, purpose: Purpose): PublishRule | undefined {
  return publishRules.find((rule) => {
    const [low, high] = typeof rule.code === 'number' ? [rule.code, rule.code] : rule.code
    if (error.code < low || error.code > high) return false
    if (rule.subcode !== undefined && rule.subcode !== error.subcode) return false
    return rule.purpose === undefined || rule.purpose === purpose
  })
}
