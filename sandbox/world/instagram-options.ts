import { DEFAULT_HASHTAGS } from '../data/instagram/hashtags.ts'
import { MAX_CHILDREN } from '../data/instagram/media.ts'

/** The Instagram side of a world; everything has a default. */
export interface InstagramOptions {
  /** The first so many Pages have an account (Pages are added when there are too few). Default: all Pages but each fourth. */
  readonly accounts?: number
  /** Media per account before the start; default 120. */
  readonly media?: number
  /** Days before the start over which the media are spread; default 1,100. */
  readonly days?: number
  /** Part of the media that are albums; default 0.2. */
  readonly carouselShare?: number
  /** Children of an album, 2 to 20; default 5. */
  readonly carouselSize?: number
  /** Advertisements among the media of each account; default one in each third account. They have no insights. */
  readonly ads?: number
  /** Part of the media, the oldest, that lie before the business conversion; default 0.1 in each second account, else none. */
  readonly beforeConversion?: number
  /** Followers at the start: of all accounts, or by the number of the account. Default: 500 to 250,000 by the seed. */
  readonly followers?: number | readonly (number | undefined)[]
  /** Stories per account and day; default 2. */
  readonly stories?: number
  /** Days for which account insights are kept; default 730. The API's guide says 90. */
  readonly retentionDays?: number
  /** Numbers of the accounts whose newest insight rows end in the future; default none. */
  readonly futureEndTime?: readonly number[]
  /** Hashtags that exist; default 60. */
  readonly hashtags?: readonly string[]
  /** Form of the answer to a code: the documented list `data`, or the flat object that is seen too. Default `data`. */
  readonly codeAnswer?: 'data' | 'flat'
  /** Whether the app may read public content, which hashtags need; default true. */
  readonly publicContent?: boolean
}

type Optional = 'accounts' | 'ads' | 'beforeConversion' | 'followers'

/** The options with their defaults filled in. */
export type InstagramSettings = Required<Omit<InstagramOptions, Optional>> & Pick<InstagramOptions, Optional>

const DEFAULTS = {
  media: 120,
  days: 1_100,
  carouselShare: 0.2,
  carouselSize: 5,
  stories: 2,
  retentionDays: 730,
  futureEndTime: [],
  hashtags: DEFAULT_HASHTAGS,
  publicContent: true,
  codeAnswer: 'data',
} as const

/** Fills in the defaults. Throws a TypeError for numbers that make no world. */
export function instagramSettings(options: InstagramOptions = {}): InstagramSettings {
  const settings: InstagramSettings = { ...DEFAULTS, ...options }
  for (const name of ['accounts', 'media', 'days', 'ads', 'stories', 'retentionDays'] as const) {
    const value = settings[name]
    if (value !== undefined && !(value >= 0)) throw new TypeError(`sandbox: instagram.${name} must be a number of 0 or more`)
  }
  for (const name of ['carouselShare', 'beforeConversion'] as const) {
    const value = settings[name]
    if (value !== undefined && !(value >= 0 && value <= 1)) throw new TypeError(`sandbox: instagram.${name} must lie between 0 and 1`)
  }
  if (!(settings.carouselSize >= 2 && settings.carouselSize <= MAX_CHILDREN)) {
    throw new TypeError(`sandbox: instagram.carouselSize must lie between 2 and ${MAX_CHILDREN}`)
  }
  return settings
}
