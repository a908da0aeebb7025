import { describe, expect, it } from 'vitest'
import { renderError } from '../../../cli/output/errors.ts'
import { AuthenticationError, asConnectorError, ConfigError, RateLimitError, StoppedError } from '../../../framework/errors.ts'

const person = { tty: true, colour: false }

describe('renderError', () => {
  const refused = new ConfigError('ERR_METRIC_UNKNOWN', 'metric reach2 is not known', {
    cause: new Error('inner'),
    context: {
      stream: 'page_insights__17',
      account_id: '17',
      media_id: '99',
      metric: 'reach2',
      date_range: '2026-01-01/2026-01-31',
      manifest_path: 'streams[0].retriever facebook.yaml:12:3',
      slice: { page_id: '17' },
    },
  })

  it('says what happened, where, in which order a person asks', () => {
    expect(renderError(refused, person)).toBe(
      [
        'Error ERR_METRIC_UNKNOWN',
        '  metric reach2 is not known',
        '  stream: page_insights__17',
        '  account: 17',
        '  media: 99',
        '  metric: reach2',
        '  dates: 2026-01-01/2026-01-31',
        '  slice: {"page_id":"17"}',
        '  manifest: streams[0].retriever facebook.yaml:12:3',
      ].join('\n'),
    )
  })

  it('is one JSON line with the same facts where no person reads', () => {
    expect(JSON.parse(renderError(refused, { tty: false }))).toEqual({
      level: 'error',
      code: 'ERR_METRIC_UNKNOWN',
      failure_type: 'config_error',
      msg: 'metric reach2 is not known',
      ...refused.context,
    })
  })

  it('shows stack and causes only when asked', () => {
    expect(renderError(refused, person)).not.toMatch(/at |caused by/)
    expect(renderError(refused, { ...person, debug: true })).toMatch(/errors\.test\.ts[\s\S]*caused by Error: inner/)
    expect(JSON.parse(renderError(refused, { tty: false, debug: true })).stack).toMatch(/caused by Error: inner/)
  })

  it.each([
    [new AuthenticationError('ERR_TOKEN_EXPIRED', 'expired'), /Log in again/],
    [new RateLimitError('ERR_RATE_LIMIT', 'limited', { retryAfter: 601 }), /in 11 min/],
    [new StoppedError('ERR_BUDGET', 'stopped'), /same command again/],
    [asConnectorError(new TypeError('x is undefined')), /^Unexpected error ERR_UNEXPECTED[\s\S]*bug.*--debug/],
  ])('tells what to do about %s', (error, hint) => {
    expect(renderError(error, person)).toMatch(hint)
  })

  it('gives data no power over the terminal', () => {
    const error = new ConfigError('ERR_X', 'bad \u001b[2J\u202e value\nsecond line', { context: { metric: '\u001b]0;title\u0007' } })
    const text = renderError(error, person)
    expect(text).toContain('bad \\x1b[2J\\u202e value\n  second line')
    expect(text).toContain('metric: \\x1b]0;title\\x07')
  })

  it.each([true, false])('hides secrets (terminal: %s)', (tty) => {
    const error = new ConfigError('ERR_X', 'sandbox-user-token', { context: { response: 'sandbox-user-token' } })
    expect(renderError(error, { ...person, tty, redact: (text) => text.replaceAll('sandbox-user-token', '****') })).not.toContain('sandbox')
  })

  it('is coloured only where colours are welcome', () => {
    expect(renderError(refused, { tty: true, colour: true })).toContain('\u001b[31m')
    expect(renderError(refused, person)).not.toContain('\u001b')
  })
})
