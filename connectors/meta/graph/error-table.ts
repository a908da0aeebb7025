/**
 * What a Graph error means for us.
 * transient: try again. reduce: ask for less. rate: wait. token: the login is dead, for every account. account: this account only.
 * app: id or secret of the app are wrong, which says nothing of the token.
 * permission: a right is missing. metric: a name or its combination is refused. window: the range is too wide. missing: the object
 * is gone, unsupported or hidden. no_data: nothing to show. blocked, quota, publish: of writing calls. request: our own call is wrong.
 */
export type GraphClass =
  | 'transient'
  | 'reduce'
  | 'rate'
  | 'token'
  | 'account'
  | 'app'
  | 'permission'
  | 'metric'
  | 'window'
  | 'missing'
  | 'no_data'
  | 'blocked'
  | 'quota'
  | 'publish'
  | 'request'

export interface ErrorRule {
  /** A code or an inclusive range of codes. */
  readonly code: number | readonly [number, number]
  /** Absent: any subcode, or none. */
  readonly subcode?: number
  /** Matched against `message` only: the user texts are localised. */
  readonly text?: RegExp
  readonly kind: GraphClass
  readonly error: string
  /** What to do, for people. */
  readonly advice: string
  /** Tries after the first one; absent: the class's own. */
  readonly retries?: number
}

/** Told with several codes. */
const ANY = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const
const LOGIN = 'log in again and put the new token into access_token'
const APP = 'set id and secret to those of the app that issued the token'
const PERMISSION = 'grant the missing permission or role, then run again'

/** Why a token or a session is dead: subcodes of 190, and of 102, which means the same. */
const lostTokens = (code: number): readonly ErrorRule[] => [
  { code, subcode: 458, kind: 'token', error: 'ERR_APP_REMOVED', advice: `the user has removed the app; ${LOGIN}` },
  {
    code,
    subcode: 459,
    kind: 'token',
    error: 'ERR_USER_CHECKPOINTED',
    advice: 'the user must sign in at www.facebook.com and pass the check there',
  },
  { code, subcode: 460, kind: 'token', error: 'ERR_PASSWORD_CHANGED', advice: `the password was changed; ${LOGIN}` },
  { code, subcode: 463, kind: 'token', error: 'ERR_TOKEN_EXPIRED', advice: `the token has expired; ${LOGIN}` },
  {
    code,
    subcode: 464,
    kind: 'token',
    error: 'ERR_USER_UNCONFIRMED',
    advice: 'the user must confirm the account at www.facebook.com',
  },
  { code, subcode: 467, kind: 'token', error: 'ERR_TOKEN_INVALID', advice: `the token is no longer valid; ${LOGIN}` },
  {
    code,
    subcode: 492,
    kind: 'account',
    error: 'ERR_PAGE_ROLE_LOST',
    advice: 'the user lost the role on the Page; give it back or take the Page out of page_ids',
  },
]

/** First match wins: subcodes, then texts, then plain codes, then ranges. Source: the error catalogue of the Graph API guides. */
export const errorRules: readonly ErrorRule[] = [
  {
    code: 4,
    subcode: 2207051,
    kind: 'blocked',
    error: 'ERR_BLOCKED_AS_SPAM',
    advice: 'the action may have happened; check before repeating it',
  },
  { code: 9, subcode: 2207042, kind: 'quota', error: 'ERR_PUBLISH_QUOTA', advice: 'wait until the 24 hours window has room' },
  {
    code: 24,
    subcode: 2207008,
    kind: 'publish',
    error: 'ERR_CONTAINER_NOT_READY',
    advice: 'wait up to two minutes, then create a new container',
  },
  {
    code: 100,
    subcode: 33,
    kind: 'missing',
    error: 'ERR_NOT_FOUND',
    advice: 'the object is gone, belongs to someone else, or a permission is missing',
    retries: 1,
  },
  { code: 100, subcode: 1504016, kind: 'window', error: 'ERR_WINDOW_TOO_WIDE', advice: 'ask for a shorter range' },
  {
    code: 100,
    subcode: 2108006,
    kind: 'no_data',
    error: 'ERR_MEDIA_BEFORE_CONVERSION',
    advice: 'media older than the business account has no insights',
  },
  ...[102, 190].flatMap(lostTokens),

  {
    code: 1,
    text: /reduce the amount of data/i,
    kind: 'reduce',
    error: 'ERR_TOO_MUCH_DATA',
    advice: 'ask for fewer fields or smaller pages',
  },
  {
    code: [1, 100],
    text: /appsecret_proof/i,
    kind: 'app',
    error: 'ERR_APPSECRET_PROOF',
    advice: 'set app_secret to the secret of the app that issued the token',
  },
  {
    code: ANY,
    text: /client[_ ]secret|application id|validating application/i,
    kind: 'app',
    error: 'ERR_APP_CREDENTIALS',
    advice: APP,
  },
  { code: 10, text: /not enough viewers/i, kind: 'no_data', error: 'ERR_TOO_FEW_VIEWERS', advice: 'insights need at least 5 viewers' },
  {
    code: 100,
    text: /valid insights metric|metric\[\d+\] must be one of|specified with parameter metric_type/i,
    kind: 'metric',
    error: 'ERR_METRIC_REFUSED',
    advice: 'the metric is left out for this run',
  },
  {
    code: 100,
    text: /does not support the .+ metric|metric is no longer supported|metric only supports/i,
    kind: 'metric',
    error: 'ERR_METRIC_UNSUPPORTED',
    advice: 'the object does not have this metric',
  },
  {
    code: 100,
    text: /param period must be one of/i,
    kind: 'metric',
    error: 'ERR_PERIOD_REFUSED',
    advice: 'the metric is left out for this run',
  },
  { code: 100, text: /cannot be more than \d+ days/i, kind: 'window', error: 'ERR_WINDOW_TOO_WIDE', advice: 'ask for a shorter range' },
  {
    code: 100,
    text: /since param is not valid/i,
    kind: 'window',
    error: 'ERR_HISTORY_TOO_OLD',
    advice: 'start later: history reaches two years back',
  },
  {
    code: 100,
    text: /nonexisting field/i,
    kind: 'request',
    error: 'ERR_FIELD_UNKNOWN',
    advice: 'the field does not exist in this API version',
  },
  {
    code: 100,
    text: /^unsupported request - method type/i,
    kind: 'permission',
    error: 'ERR_PERMISSION',
    advice: 'give the Instagram account a tester role in the app, or publish the app; the text says something else',
  },
  { code: 100, text: /missing permission/i, kind: 'permission', error: 'ERR_PERMISSION', advice: PERMISSION },
  { code: 190, text: /page access token/i, kind: 'account', error: 'ERR_TOKEN_KIND', advice: 'the call needs the token of the Page' },
  {
    code: 190,
    text: /permission\(s\) must be granted|must be granted before/i,
    kind: 'permission',
    error: 'ERR_PERMISSION',
    advice: PERMISSION,
  },
  {
    code: 200,
    text: /provide valid app id/i,
    kind: 'token',
    error: 'ERR_TOKEN_MISSING',
    advice: 'no token reached the API; set access_token',
  },
  {
    code: 200,
    text: /monetization/i,
    kind: 'permission',
    error: 'ERR_METRIC_PERMISSION',
    advice: 'the metric needs access to monetization insights of the Page',
  },
  { code: 2500, text: /access token/i, kind: 'token', error: 'ERR_TOKEN_MISSING', advice: 'no token reached the API; set access_token' },

  { code: 1, kind: 'transient', error: 'ERR_PROVIDER_UNKNOWN', advice: 'try again later', retries: 3 },
  { code: 2, kind: 'transient', error: 'ERR_PROVIDER_DOWN', advice: 'try again later' },
  { code: 3, kind: 'permission', error: 'ERR_CAPABILITY', advice: 'the app lacks this capability; ask for it in App Review' },
  { code: 4, kind: 'rate', error: 'ERR_RATE_LIMITED', advice: 'the app has used up its hourly calls' },
  { code: 9, kind: 'quota', error: 'ERR_PUBLISH_QUOTA', advice: 'wait until the 24 hours window has room' },
  { code: 10, kind: 'permission', error: 'ERR_PERMISSION', advice: PERMISSION },
  { code: 12, kind: 'request', error: 'ERR_CALL_DEPRECATED', advice: 'the API no longer has this call' },
  { code: 17, kind: 'rate', error: 'ERR_RATE_LIMITED', advice: 'the user token has used up its calls' },
  {
    code: 18,
    kind: 'quota',
    error: 'ERR_HASHTAG_QUOTA',
    advice: 'an account may ask for 30 different hashtags in seven days; the others are read later',
  },
  { code: 24, kind: 'missing', error: 'ERR_NOT_FOUND', advice: 'the object is gone' },
  { code: 25, kind: 'blocked', error: 'ERR_ACCOUNT_RESTRICTED', advice: 'the account is restricted; its owner must act in the app' },
  { code: 32, kind: 'rate', error: 'ERR_RATE_LIMITED', advice: 'the Page has used up its calls' },
  { code: 100, kind: 'request', error: 'ERR_PARAMETER', advice: 'the API refuses a parameter' },
  { code: 101, kind: 'app', error: 'ERR_APP_CREDENTIALS', advice: APP },
  { code: 102, kind: 'token', error: 'ERR_TOKEN_INVALID', advice: LOGIN },
  { code: 104, kind: 'app', error: 'ERR_APP_CREDENTIALS', advice: APP },
  { code: 110, kind: 'missing', error: 'ERR_NOT_FOUND', advice: 'no such user' },
  { code: 190, kind: 'token', error: 'ERR_TOKEN_INVALID', advice: LOGIN },
  { code: 210, kind: 'account', error: 'ERR_TOKEN_KIND', advice: 'the call needs the token of the Page' },
  { code: 341, kind: 'rate', error: 'ERR_RATE_LIMITED', advice: 'the app has used up its calls' },
  { code: 352, kind: 'publish', error: 'ERR_MEDIA_REFUSED', advice: 'the video format is not supported' },
  { code: 368, kind: 'blocked', error: 'ERR_BLOCKED', advice: 'the action is blocked for a while for policy reasons' },
  { code: 506, kind: 'publish', error: 'ERR_DUPLICATE_POST', advice: 'the same post exists already' },
  { code: 613, kind: 'rate', error: 'ERR_RATE_LIMITED', advice: 'the call has its own limit, which is used up' },
  { code: 803, kind: 'missing', error: 'ERR_NOT_FOUND', advice: 'no object has this id or name' },
  { code: 2500, kind: 'request', error: 'ERR_PATH_UNKNOWN', advice: 'check api_version' },
  { code: 3001, kind: 'request', error: 'ERR_PARAMETER', advice: 'the call names no metric' },
  { code: 9004, kind: 'publish', error: 'ERR_MEDIA_UNREACHABLE', advice: 'the media URL cannot be fetched' },
  { code: 9007, kind: 'publish', error: 'ERR_CONTAINER_NOT_READY', advice: 'poll the container until it is FINISHED' },
  { code: -1, subcode: 2207001, kind: 'transient', error: 'ERR_PROVIDER_UNKNOWN', advice: 'try again later', retries: 2 },
  { code: -1, kind: 'publish', error: 'ERR_MEDIA_REFUSED', advice: 'create a new container' },
  { code: -2, subcode: 2207020, kind: 'publish', error: 'ERR_CONTAINER_EXPIRED', advice: 'create a new container' },
  { code: -2, kind: 'transient', error: 'ERR_MEDIA_TIMEOUT', advice: 'the download of the media timed out; try again' },
  { code: 1609005, kind: 'publish', error: 'ERR_MEDIA_UNREACHABLE', advice: 'the link cannot be fetched' },

  { code: [200, 299], kind: 'permission', error: 'ERR_PERMISSION', advice: PERMISSION },
  { code: [36000, 36004], kind: 'publish', error: 'ERR_MEDIA_REFUSED', advice: 'the media or its text breaks a rule of the API' },
  { code: [80000, 80014], kind: 'rate', error: 'ERR_RATE_LIMITED', advice: 'the account has used up its calls' },
]
