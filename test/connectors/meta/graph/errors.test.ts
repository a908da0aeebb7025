import { describe, expect, it } from 'vitest'
import { classify, graphConnectorError, graphError, withoutTokens } from '../../../../connectors/meta/graph/errors.ts'
import { AuthenticationError, RateLimitError } from '../../../../framework/errors.ts'

const parse = (code: number, subcode?: number, message = '', more: object = {}) => {
  const error = graphError({
    error: { message, type: 'OAuthException', code, ...(subcode === undefined ? {} : { error_subcode: subcode }), ...more },
  })
  if (!error) throw new Error('no error object')
  return error
}

describe('classify', () => {
  it.each([
    [1, undefined, 'An unknown error occurred', 'transient', 'ERR_PROVIDER_UNKNOWN'],
    [1, 99, 'An unknown error occurred', 'transient', 'ERR_PROVIDER_UNKNOWN'],
    [1, undefined, "Please reduce the amount of data you're asking for, then retry your request", 'reduce', 'ERR_TOO_MUCH_DATA'],
    [2, undefined, 'Service temporarily unavailable', 'transient', 'ERR_PROVIDER_DOWN'],
    [3, undefined, '', 'permission', 'ERR_CAPABILITY'],
    [4, undefined, '(#4) Application request limit reached', 'rate', 'ERR_RATE_LIMITED'],
    [4, 2207051, '', 'blocked', 'ERR_BLOCKED_AS_SPAM'],
    [10, undefined, "(#10) This endpoint requires the 'pages_read_engagement' permission", 'permission', 'ERR_PERMISSION'],
    [10, undefined, '(#10) Not enough viewers for the media to show insights', 'no_data', 'ERR_TOO_FEW_VIEWERS'],
    [17, 2446079, '', 'rate', 'ERR_RATE_LIMITED'],
    [32, undefined, '', 'rate', 'ERR_RATE_LIMITED'],
    [100, 33, "Unsupported get request. Object with ID '1' does not exist", 'missing', 'ERR_NOT_FOUND'],
    [100, 1504016, 'Invalid parameter', 'window', 'ERR_WINDOW_TOO_WIDE'],
    [100, undefined, '(#100) There cannot be more than 30 days (2592000 s) between since and until.', 'window', 'ERR_WINDOW_TOO_WIDE'],
    [100, undefined, '(#100) The value must be a valid insights metric', 'metric', 'ERR_METRIC_REFUSED'],
    [100, undefined, '(#100) metric[0] must be one of the following values: reach', 'metric', 'ERR_METRIC_REFUSED'],
    [
      100,
      undefined,
      '(#100) The Media Insights API does not support the saved metric for this media product type.',
      'metric',
      'ERR_METRIC_UNSUPPORTED',
    ],
    [100, undefined, "(#100) For field 'insights': Param period must be one of {day, week, days_28}", 'metric', 'ERR_PERIOD_REFUSED'],
    [100, undefined, '(#100) Tried accessing nonexisting field (genre) on node type (Page)', 'request', 'ERR_FIELD_UNKNOWN'],
    [100, undefined, 'Invalid appsecret_proof provided in the API argument', 'app', 'ERR_APPSECRET_PROOF'],
    [100, undefined, 'Unsupported request - method type: get', 'permission', 'ERR_PERMISSION'],
    [100, undefined, 'something new', 'request', 'ERR_PARAMETER'],
    [100, 2108006, '', 'no_data', 'ERR_MEDIA_BEFORE_CONVERSION'],
    [190, 460, '', 'token', 'ERR_PASSWORD_CHANGED'],
    [190, 463, 'Session has expired', 'token', 'ERR_TOKEN_EXPIRED'],
    [190, 467, '', 'token', 'ERR_TOKEN_INVALID'],
    [190, 492, '', 'account', 'ERR_PAGE_ROLE_LOST'],
    [
      190,
      undefined,
      "Any of the pages_read_engagement permission(s) must be granted before impersonating a user's page.",
      'permission',
      'ERR_PERMISSION',
    ],
    [190, undefined, 'This method must be called with a Page Access Token', 'account', 'ERR_TOKEN_KIND'],
    [190, undefined, 'Invalid OAuth access token', 'token', 'ERR_TOKEN_INVALID'],
    [200, undefined, '(#200) Provide valid app ID', 'token', 'ERR_TOKEN_MISSING'],
    [200, undefined, '(#200) Monetization metrics are only visible for Page admins', 'permission', 'ERR_METRIC_PERMISSION'],
    [275, undefined, '', 'permission', 'ERR_PERMISSION'],
    [210, undefined, '(#210) A page access token is required', 'account', 'ERR_TOKEN_KIND'],
    [341, undefined, '', 'rate', 'ERR_RATE_LIMITED'],
    [368, undefined, '', 'blocked', 'ERR_BLOCKED'],
    [613, 1996, '', 'rate', 'ERR_RATE_LIMITED'],
    [803, undefined, '', 'missing', 'ERR_NOT_FOUND'],
    [2500, undefined, 'An active access token must be used', 'token', 'ERR_TOKEN_MISSING'],
    [2500, undefined, 'Unknown path components: /me', 'request', 'ERR_PATH_UNKNOWN'],
    [9007, 2207027, 'Media ID is not available', 'publish', 'ERR_CONTAINER_NOT_READY'],
    [36003, 2207009, '', 'publish', 'ERR_MEDIA_REFUSED'],
    [80001, undefined, '', 'rate', 'ERR_RATE_LIMITED'],
    [80014, 2446079, '', 'rate', 'ERR_RATE_LIMITED'],
    [987654, undefined, 'never seen', 'request', 'ERR_GRAPH'],
  ])('takes %s/%s "%s" for %s', (code, subcode, message, kind, error) => {
    expect(classify(parse(code, subcode, message))).toMatchObject({ kind, error })
  })

  it('tries an unknown code again when the API calls it transient', () => {
    expect(classify(parse(987654, undefined, '', { is_transient: true }))).toMatchObject({ kind: 'transient' })
  })

  it('believes the code of a limit more than is_transient', () => {
    expect(classify(parse(4, undefined, '', { is_transient: true })).kind).toBe('rate')
  })
})

describe('graphError', () => {
  it.each([[{ data: [] }], [[]], ['text'], [null], [{ error: 'text' }]])('finds no error in %j', (body) => {
    expect(graphError(body)).toBeUndefined()
  })
})

describe('graphConnectorError', () => {
  const errorOf = (code: number, subcode?: number, message = 'text') => {
    const error = parse(code, subcode, message)
    return graphConnectorError(error, classify(error), { waitSeconds: 120 })
  }

  it('is an AuthenticationError when the token or the role is lost, and only then', () => {
    expect(errorOf(190, 463)).toBeInstanceOf(AuthenticationError)
    expect(errorOf(190, 492)).toBeInstanceOf(AuthenticationError)
    expect(errorOf(10)).not.toBeInstanceOf(AuthenticationError)
  })

  it('tells how long a limit lasts', () => {
    const error = errorOf(80001)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ retryAfter: 120 })
  })

  it('says code, text and what to do', () => {
    expect(errorOf(190, 460, 'Session invalidated').message).toBe(
      'Graph API error 190/460: Session invalidated – the password was changed; log in again and put the new token into access_token',
    )
  })
})

describe('withoutTokens', () => {
  it.each([
    [`token ${'EA'}AB${'x'.repeat(30)} is bad`, 'token [token] is bad'],
    ['see https://graph.facebook.com/me?access_token=secret-1&limit=2', 'see https://graph.facebook.com/me?access_token=[token]&limit=2'],
    ['no secret here', 'no secret here'],
  ])('cleans %s', (text, expected) => {
    expect(withoutTokens(text)).toBe(expected)
  })
})
