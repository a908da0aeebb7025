/** Where a rule comes from. */
const REFERENCE = 'reference of POST /{ig-user}/media'
const GUIDE = 'content publishing guide'
const ERRORS = 'table of publishing errors'

/** One rule of publishing, as data: checks take their limits from here, and the table in the README is written from it. */
export interface Rule {
  /** What it is about: the post as written, or the bytes behind a URL. */
  readonly about: 'post' | 'media'
  readonly says: string
  readonly severity: 'error' | 'warning'
  readonly fix: string
  readonly min?: number
  readonly max?: number
  /** `code/subcode` with which the API refuses a post that breaks it. */
  readonly refusal?: string
  readonly source: string
}

const MEBIBYTE = 1_048_576
const MEGABYTE = 1_000_000

/** All rules. Lengths in characters (code points), sizes in bytes, durations in seconds, ratios as width by height. */
export const RULES = {
  'post-form': ofPost('the post is a JSON object', 'write the post as one JSON object'),
  'type-known': ofPost('`type` is image, video, reel, carousel or story', 'set type to one of these', {
    refusal: '100/2207023',
    source: ERRORS,
  }),
  'field-known': ofPost('only fields that a post can have', 'remove the field, or correct its name'),
  'field-type': ofPost('each field has the type that the API takes', 'change the value'),
  'field-fits': ofPost('only fields that this kind of post takes', 'remove the field, or change type'),
  'media-count': ofPost('one item in `media`, of a carousel 2 to 10', 'give one item, or set type to carousel'),
  'media-type': ofPost('each item is an image or a video, as the kind of post requires', 'correct the type of the item or of the post'),
  'media-source': ofPost('each item has either a `url` or a `file`', 'give one of the two', { refusal: '100' }),
  'image-upload': ofPost('only videos can be uploaded from a local file', 'put the image on a public server and give its url'),
  'hashtag-form': ofPost('hashtags are letters, digits and underscores, and not digits alone', 'write the tag without spaces and signs', {
    severity: 'warning',
    source: GUIDE,
  }),
  'caption-length': ofPost('a caption of at most 2,200 characters', 'shorten the caption', {
    max: 2_200,
    refusal: '36004/2207010',
  }),
  'caption-hashtags': ofPost('at most 30 hashtags in a caption', 'remove hashtags', { max: 30, refusal: '36004/2207010' }),
  'caption-mentions': ofPost('at most 20 mentions in a caption', 'remove mentions', {
    max: 20,
    refusal: '100/2207040',
    source: ERRORS,
  }),
  'children-count': ofPost('a carousel of 2 to 10 items', 'add or remove items; one item alone is an image or a reel', {
    min: 2,
    max: 10,
    refusal: '100/2207028',
    source: ERRORS,
  }),
  'alt-text-length': ofPost('an alternative text of at most 1,000 characters', 'shorten the text', { max: 1_000, refusal: '100' }),
  'collaborators-count': ofPost('at most 3 collaborators', 'remove collaborators', { max: 3, refusal: '100' }),
  'product-tags-count': ofPost('at most 5 product tags', 'remove product tags', { max: 5, refusal: '100' }),
  'product-id': ofPost('a product tag names a product by its id', 'give product_id, in digits', {
    refusal: '100/2207036',
    source: ERRORS,
  }),
  'product-tag-position': ofPost('product tags on an image have x and y, those on a video have none', 'set x and y between 0 and 1', {
    min: 0,
    max: 1,
    refusal: '100/2207035',
    source: ERRORS,
  }),
  'user-tag-position': ofPost('people marked in an image have x and y, those in a video have none', 'set x and y between 0 and 1', {
    min: 0,
    max: 1,
    refusal: '100',
  }),
  'username-form': ofPost('user names have 1 to 30 letters, digits, dots and underscores', 'write the name without @ or spaces', {
    max: 30,
    refusal: '100',
  }),
  'location-id': ofPost('a place is the id of a Page, in digits', 'look up the id of the Page', { refusal: '100' }),
  'thumb-offset': ofPost('the cover is taken from within the video', 'give milliseconds from 0 to the end of the video', {
    min: 0,
    refusal: '1/2207057',
    source: ERRORS,
  }),
  'cover-twice': ofPost('`cover_url` takes precedence over `thumb_offset`', 'remove one of the two', { severity: 'warning' }),
  'url-form': ofPost('media are given as absolute http or https URLs', 'give the full URL', { refusal: '9004/2207052' }),
  'url-public': ofPost('the server that holds the media can be reached from the internet', 'put the file on a public server', {
    refusal: '9004/2207052',
    source: GUIDE,
  }),
  'url-secure': ofPost('media come over https', 'use https', { severity: 'warning', source: GUIDE }),
  reachable: ofMedia(
    'the URL answers 200 with the file, at once and without a login',
    'make the file public; try the URL without a login',
    {
      refusal: '9004/2207052',
      source: GUIDE,
    },
  ),
  redirect: ofMedia('the URL answers with the file instead of a redirect', 'give the last URL of the chain', {
    severity: 'warning',
    refusal: '9004/2207052',
    source: GUIDE,
  }),
  'content-type': ofMedia('the server names the type that the bytes have', 'correct the type on the server', {
    severity: 'warning',
    source: GUIDE,
  }),
  'media-readable': ofMedia('the file is an image or video whose header can be read', 'export the file again', {
    refusal: '9004/2207052',
    source: ERRORS,
  }),
  'image-format': ofMedia('images are JPEG', 'convert the image to JPEG (sRGB)', { refusal: '36001/2207005' }),
  'image-size': ofMedia('images of at most 8 MiB', 'compress the image', { max: 8 * MEBIBYTE, refusal: '36000/2207004' }),
  'image-ratio': ofMedia('images between 4:5 and 1.91:1', 'crop or pad the image', {
    min: 0.8,
    max: 1.91,
    refusal: '36003/2207009',
  }),
  'image-width': ofMedia('images 320 to 1,440 pixels wide; others are scaled', 'scale the image', {
    min: 320,
    max: 1_440,
    severity: 'warning',
  }),
  'video-format': ofMedia('videos are MP4 or MOV', 'convert the video to MP4 with H.264 and AAC', { refusal: '352/2207026' }),
  'video-codec': ofMedia('videos are H.264 or HEVC', 'convert the video to H.264', { refusal: '352/2207026' }),
  'video-size-reel': ofMedia('reels and videos of a carousel of at most 300 MB', 'lower the bit rate', { max: 300 * MEGABYTE }),
  'video-size-story': ofMedia('videos of a story of at most 100 MB', 'lower the bit rate', { max: 100 * MEGABYTE }),
  'video-duration-reel': ofMedia('reels and videos of a carousel of 3 seconds to 15 minutes', 'cut the video', {
    min: 3,
    max: 900,
    refusal: '352/2207026',
  }),
  'video-duration-story': ofMedia('videos of a story of 3 to 60 seconds', 'cut the video into several stories', {
    min: 3,
    max: 60,
    refusal: '352/2207026',
  }),
  'video-ratio': ofMedia('videos between 0.01:1 and 10:1', 'crop the video; 9:16 fills the screen', { min: 0.01, max: 10 }),
  'video-width': ofMedia('videos of at most 1,920 columns', 'scale the video', { max: 1_920, refusal: '352/2207026' }),
  'video-frame-rate': ofMedia('videos of 23 to 60 frames per second', 'convert the video to 30 frames per second', {
    min: 23,
    max: 60,
    refusal: '352/2207026',
  }),
  'video-bit-rate': ofMedia('videos of at most 25 Mbit/s', 'lower the bit rate', { max: 25_000_000, severity: 'warning' }),
  'video-index-first': ofMedia('the index (moov) precedes the frames', 'write the video with "fast start"', {
    severity: 'warning',
  }),
  'video-fragments': ofMedia('videos are in one piece, not fragmented for streaming', 'write the video with "fast start" instead', {
    severity: 'warning',
    source: GUIDE,
  }),
  'video-edit-list': ofMedia('videos have no edit lists', 'export the video without edit lists', { severity: 'warning' }),
  'audio-codec': ofMedia('sound is AAC', 'convert the sound to AAC', { severity: 'warning' }),
  'audio-rate': ofMedia('sound of at most 48 kHz', 'convert the sound to 48 kHz', { max: 48_000, severity: 'warning' }),
  'carousel-ratio': ofMedia('all items of a carousel are cropped to the ratio of the first', 'give all items the same ratio', {
    severity: 'warning',
    source: GUIDE,
  }),
} as const satisfies Readonly<Record<string, Rule>>

export type RuleName = keyof typeof RULES

/** A rule about the post as written. */
function ofPost(says: string, fix: string, more: Partial<Rule> = {}): Rule {
  return { about: 'post', says, fix, severity: 'error', source: REFERENCE, ...more }
}

/** A rule about the bytes behind a URL. */
function ofMedia(says: string, fix: string, more: Partial<Rule> = {}): Rule {
  return { ...ofPost(says, fix, more), about: 'media' }
}

/** The limits of a rule; both ends are allowed. */
export function limitsOf(name: RuleName): { readonly min: number; readonly max: number } {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Rule = RULES[name]
  return { min, max }
}

/** The table of rules in Markdown, for the README. */
export function ruleTable(): string {
  const rows = Object.entries<Rule>(RULES).map(
    ([name, { says, severity, refusal, source }]) => `| \`${name}\` | ${says} | ${severity} | ${refusal ?? ''} | ${source} |`,
  )
  return ['| rule | says | severity | error of the API | source |', '|---|---|---|---|---|', ...rows].join('\n')
}
