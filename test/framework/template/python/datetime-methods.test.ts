import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../../../../framework/template/template.ts'

const evaluate = (source: string, now: number) => compileTemplate(source, { dialect: 'airbyte', now: () => now }).evaluate({ config: {} })
const now = Date.UTC(2024, 2, 15, 1, 2, 3) + 4.567

describe('isoformat', () => {
  it.each([
    ['', '2024-03-15T01:02:03.004567+00:00'],
    ["'T', 'hours'", '2024-03-15T01+00:00'],
    ["' ', 'minutes'", '2024-03-15 01:02+00:00'],
    ["timespec='seconds'", '2024-03-15T01:02:03+00:00'],
    ["timespec='milliseconds'", '2024-03-15T01:02:03.004+00:00'],
    ["'T', 'microseconds'", '2024-03-15T01:02:03.004567+00:00'],
  ])('(%s) writes %s', (args, expected) => expect(evaluate(`{{ now_utc().isoformat(${args}) }}`, now)).toBe(expected))

  it('leaves out a fraction of nothing, unless it is asked for', () => {
    expect(evaluate('{{ now_utc().isoformat() }}', Date.UTC(2024, 0, 1))).toBe('2024-01-01T00:00:00+00:00')
    expect(evaluate("{{ now_utc().isoformat(timespec='milliseconds') }}", Date.UTC(2024, 0, 1))).toBe('2024-01-01T00:00:00.000+00:00')
  })

  it('names the timespecs that there are', () => {
    expect(() => evaluate("{{ now_utc().isoformat(timespec='days') }}", now)).toThrow(/unknown timespec 'days'; known: hours/)
  })
})
