import { defined } from '../defined.ts'
import { GraphError, type GraphErrorInit } from '../errors.ts'

type Rejection = Pick<GraphErrorInit, 'code' | 'message' | 'userTitle' | 'transient' | 'status'>

/** Refusals of publishing by subcode. Codes and subcodes are the documented ones; the texts are the sandbox's own. */
export const PUBLISHING_ERRORS: Readonly<Record<number, Rejection>> = {
  2207001: { code: -1, message: 'Instagram server error. Try again.', userTitle: 'Instagram server error', transient: true },
  2207003: { code: -2, message: 'Timeout while the media was downloaded.', userTitle: 'Timeout', transient: true },
  2207004: { code: 36000, message: 'The image is too large.', userTitle: 'Image size' },
  2207005: { code: 36001, message: 'The image format is not supported.', userTitle: 'Image format' },
  2207006: { code: 24, message: 'The requested resource does not exist', userTitle: 'Media not found' },
  2207008: { code: 24, message: 'The media builder does not exist or has expired.', userTitle: 'Media builder expired' },
  2207009: { code: 36003, message: 'The aspect ratio is not supported.', userTitle: 'Aspect ratio' },
  2207010: { code: 36004, message: 'The caption is too long.', userTitle: 'Caption' },
  2207020: { code: -2, message: 'The media has expired.', userTitle: 'Media expired' },
  2207023: { code: 100, message: '(#100) The media type is unknown.', userTitle: 'Unknown media type' },
  2207026: { code: 352, message: 'The video format is not supported.', userTitle: 'Video format' },
  2207027: { code: 9007, message: 'Media ID is not available', userTitle: 'The media is not ready' },
  2207028: { code: 100, message: '(#100) A carousel takes 2 to 10 items.', userTitle: 'Carousel' },
  2207032: { code: -1, message: 'The media could not be created.', userTitle: 'Media creation failed' },
  2207035: {
    code: 100,
    message: '(#100) Product tags of an image need a position, those of a video have none.',
    userTitle: 'Product tag',
  },
  2207036: { code: 100, message: '(#100) A product tag lacks its product.', userTitle: 'Product tag' },
  2207037: { code: 100, message: '(#100) A product tag is invalid.', userTitle: 'Product tag' },
  2207040: { code: 100, message: '(#100) More than 20 people are mentioned.', userTitle: 'Mentions' },
  2207042: { code: 9, message: '(#9) The account has reached the number of posts for 24 hours.', userTitle: 'Limit of posts reached' },
  2207050: { code: 25, message: 'The Instagram account is restricted.', userTitle: 'Account restricted' },
  2207051: { code: 4, message: '(#4) Application request limit reached', userTitle: 'Action is blocked', transient: true, status: 403 },
  2207052: { code: 9004, message: 'Only photo or video can be accepted as media type.', userTitle: 'Media download has failed' },
  2207053: { code: -1, message: 'Unknown upload error.', userTitle: 'Upload' },
  2207057: { code: 1, message: 'The thumb offset lies outside the video.', userTitle: 'Thumbnail' },
  2207073: { code: -1, message: 'This kind of media can not be deleted.', userTitle: 'Delete' },
}

/** The refusal with this subcode. */
export function publishingError(subcode: number, userMessage?: string): GraphError {
  const known = PUBLISHING_ERRORS[subcode]
  if (!known) throw new TypeError(`sandbox: no publishing error ${subcode}`)
  return new GraphError({ transient: false, ...known, subcode, ...defined({ userMessage }) })
}
