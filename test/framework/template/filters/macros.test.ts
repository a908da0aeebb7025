import { describe, expect, it } from 'vitest'
import { airbyte, failureOf, native } from '../evaluate.ts'

describe('macros', () => {
  it.each([
    ['{{ now_utc() }}', '2024-03-15 12:34:56.789012+00:00'],
    ['{{ today_utc() }}', '2024-03-15'],
    ["{{ today_with_timezone('Pacific/Kiritimati') }}", '2024-03-16'],
    ["{{ today_with_timezone('America/Los_Angeles') }}", '2024-03-15'],
    ['{{ day_delta(-1) }}', '2024-03-14T12:34:56.789012+0000'],
    ["{{ day_delta(0.5, format='%d %H') }}", '16 00'],
    ["{{ now_utc() - duration('P1M') }}", '2024-02-15 12:34:56.789012+00:00'],
    ["{{ duration('P1Y2M3DT4H5M6S') }}", '1 years, 2 months, 3 days, 4:05:06'],
    ["{{ (now_utc() - str_to_datetime('2024-03-14')).days }}", 1],
    ["{{ camel_case_to_snake_case('HTTPServer') }}", 'h_t_t_p_server'],
    ["{{ sanitize_url('a b/é') }}", 'a+b%2F%C3%A9'],
    ["{{ max('2024-01-01', day_delta(-365, '%Y-%m-%d')) }}", '2024-01-01'],
  ])('%s', (source, expected) => {
    expect(airbyte(source)).toBe(expected)
  })

  it('make a fresh uuid each time', () => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(native('{{ generate_uuid() }}')).toMatch(uuid)
    expect(native('{{ generate_uuid() }}')).not.toBe(native('{{ generate_uuid() }}'))
  })

  it('read the clock at each evaluation', () => {
    expect(native('{{ timestamp(str_to_datetime("2024-01-01") | string) }}')).toBe(1_704_067_200)
  })

  it.each([
    ["{{ today_with_timezone('Nope/Zone') }}", "unknown time zone 'Nope/Zone'"],
    ["{{ str_to_datetime('garbage') }}", 'not an ISO-8601'],
    ["{{ duration('bad') }}", 'Unable to parse duration'],
    ['{{ max() }}', 'expected at least 1 argument'],
    ["{{ format_datetime(none, '%Y') }}", 'a date must be str'],
    ['{{ day_delta(days=1) }}', "unexpected keyword argument 'days'"],
  ])('%s fails', (source, message) => {
    expect(failureOf(() => native(source))).toContain(message)
  })
})
