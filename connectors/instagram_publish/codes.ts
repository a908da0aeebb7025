/** Why a post was not published, or why nobody knows. */
export type PublishCode = keyof typeof PUBLISH_CODES

interface CodeEntry {
  readonly means: string
  /** What to do about it. */
  readonly advice: string
}

/** Every code of a result. The table in the README is written from it. */
export const PUBLISH_CODES = {
  NO_MEDIA: { means: 'the post names no image and no video', advice: 'give a public https address' },
  INVALID_CAROUSEL: { means: 'a carousel has fewer than 2 or more than 10 items', advice: 'change the number of items' },
  MEDIA_ERROR: {
    means: 'image, video or text break a rule, by our rules or by the answer of the API',
    advice: 'correct it; `publish validate` and `details` say what is wrong',
  },
  RATE_LIMIT: { means: 'the calls of the app or the account are used up', advice: 'try again later with the same key' },
  OAUTH_ERROR: { means: 'the token is refused, or lacks a permission', advice: 'log in again, or grant the permission' },
  CONTAINER_ERROR: {
    means: 'the API could not process the media, or lost the container',
    advice: 'try again; correct the media when it stays',
  },
  CONTAINER_TIMEOUT: { means: 'the container was not ready in time; it stays valid', advice: 'resume with the same key' },
  CONTAINER_EXPIRED: { means: 'the container was not published within 24 hours', advice: 'publish again: nothing was posted' },
  QUOTA_EXCEEDED: { means: 'the posts of the last 24 hours have used up the quota', advice: 'resume when the window has room' },
  DUPLICATE: {
    means: 'the key belongs to another post, another process is at it, or the API knows the post',
    advice: 'ask for its status',
  },
  UNKNOWN_OUTCOME: { means: 'the post may be live', advice: 'look at the account, then `publish resume KEY`' },
  NETWORK_ERROR: { means: 'no answer came from the API; nothing was posted', advice: 'try again with the same key' },
  NOT_SUPPORTED: { means: 'the API does not offer it with this login or for this media', advice: 'use the app, or the other login' },
  API_ERROR: { means: 'any other rejection by the API', advice: 'look up code and subcode in `details`' },
} as const satisfies Readonly<Record<string, CodeEntry>>

/** Of reads that are refused although the thing is there; never part of a result. */
export const UNREADABLE = 'UNREADABLE'
