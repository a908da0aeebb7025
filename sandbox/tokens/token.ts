import { DAY_MS, HOUR_MS } from '../time.ts'
/** Whose list of Pages a token sees. */
export type PageAccess = 'listed' | 'business' | 'recorded'

/** An access token known to the sandbox. Times in milliseconds of the fake clock. */
export interface Token {
  readonly text: string
  readonly kind: 'user' | 'system' | 'page' | 'app' | 'instagram'
  readonly userId: string
  readonly scopes: readonly string[]
  readonly issuedAt: number
  /** 0 = never. */
  readonly expiresAt: number
  /** Order of issue; a Page token has the one of the token it came from. */
  readonly serial: number
  readonly pages: PageAccess
  /** Only these Pages were granted; absent means all. */
  readonly targetPages?: readonly string[]
  readonly pageId?: string
  /** Instagram account of a token of Instagram Login. */
  readonly accountId?: string
  /** Instagram Login by somebody without a role in the app, which is not published. */
  readonly roleless?: true
}

export const ALL_SCOPES = [
  'pages_show_list',
  'pages_read_engagement',
  'pages_read_user_content',
  'read_insights',
  'business_management',
  'instagram_basic',
  'instagram_manage_insights',
  'instagram_content_publish',
  'instagram_manage_comments',
  'instagram_manage_contents',
]

/** Scopes of Instagram Login. */
export const INSTAGRAM_SCOPES = [
  'instagram_business_basic',
  'instagram_business_content_publish',
  'instagram_business_manage_comments',
  'instagram_business_manage_messages',
  'instagram_business_manage_insights',
]

/** 60 days less the seconds that the API takes off: the `expires_in` of an exchanged token. */
export const LONG_LIVED_SECONDS = 5_183_944

/** What a token of the starting set is; lifetimes count from the start of the fake clock. */
export interface TokenPlan {
  readonly text: string
  readonly kind: Token['kind']
  readonly lifetimeMs: number
  readonly without?: readonly string[]
  readonly pages?: PageAccess
  /** Granted for the first Page only. */
  readonly firstPageOnly?: true
  readonly roleless?: true
  readonly note: string
}

/** The tokens that every sandbox starts with. */
export const STARTING_TOKENS: readonly TokenPlan[] = [
  { text: 'sandbox-user-token', kind: 'user', lifetimeMs: 60 * DAY_MS, note: 'long-lived user token, all scopes' },
  { text: 'sandbox-short-token', kind: 'user', lifetimeMs: HOUR_MS, note: 'short-lived user token; its Page tokens end with it' },
  { text: 'sandbox-system-token', kind: 'system', lifetimeMs: 0, note: 'system user, never expires' },
  { text: 'sandbox-expired-token', kind: 'user', lifetimeMs: -7 * DAY_MS, note: 'expired a week before the start (190/463)' },
  {
    text: 'sandbox-no-insights-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    without: ['read_insights'],
    note: 'insights answer 200 with an empty list',
  },
  {
    text: 'sandbox-no-pages-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    without: ['pages_show_list'],
    note: '/me/accounts is empty',
  },
  {
    text: 'sandbox-no-engagement-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    without: ['pages_read_engagement'],
    note: 'Page edges answer 190 "must be granted before impersonating"',
  },
  {
    text: 'sandbox-no-content-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    without: ['pages_read_user_content'],
    note: 'a comments summary answers #10',
  },
  { text: 'sandbox-granular-token', kind: 'user', lifetimeMs: 60 * DAY_MS, firstPageOnly: true, note: 'granted for the first Page only' },
  {
    text: 'sandbox-business-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    pages: 'business',
    note: 'its Pages are under /me/businesses only',
  },
  { text: 'sandbox-recorded-token', kind: 'user', lifetimeMs: 60 * DAY_MS, pages: 'recorded', note: 'sees the recorded Page only' },
  {
    text: 'sandbox-recorded-instagram-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    pages: 'recorded',
    note: '/me/accounts is the recorded list of an Instagram connector',
  },
  {
    text: 'sandbox-no-instagram-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    without: ['instagram_basic'],
    note: 'Pages without their Instagram accounts; those answer #10',
  },
  {
    text: 'sandbox-no-instagram-insights-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    without: ['instagram_manage_insights'],
    note: 'Instagram insights answer #10',
  },
  {
    text: 'sandbox-no-publish-token',
    kind: 'user',
    lifetimeMs: 60 * DAY_MS,
    without: ['instagram_content_publish', 'instagram_manage_contents'],
    note: 'publishing and deleting answer #10',
  },
  {
    text: 'sandbox-instagram-no-publish-token',
    kind: 'instagram',
    lifetimeMs: 60 * DAY_MS,
    without: ['instagram_business_content_publish'],
    note: 'Instagram Login without publishing (#10)',
  },
  {
    text: 'sandbox-instagram-token',
    kind: 'instagram',
    lifetimeMs: 60 * DAY_MS,
    note: 'Instagram Login, first account; 190 at the other host',
  },
  { text: 'sandbox-instagram-short-token', kind: 'instagram', lifetimeMs: HOUR_MS, note: 'Instagram Login, one hour; to be exchanged' },
  { text: 'sandbox-instagram-expired-token', kind: 'instagram', lifetimeMs: -7 * DAY_MS, note: 'Instagram Login, expired (190/463)' },
  {
    text: 'sandbox-instagram-no-insights-token',
    kind: 'instagram',
    lifetimeMs: 60 * DAY_MS,
    without: ['instagram_business_manage_insights'],
    note: 'Instagram Login without insights (#10)',
  },
  {
    text: 'sandbox-instagram-no-role-token',
    kind: 'instagram',
    lifetimeMs: 60 * DAY_MS,
    roleless: true,
    note: 'Instagram Login without a tester role: "Unsupported request"',
  },
]
