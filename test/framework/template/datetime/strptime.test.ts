import { describe, expect, it } from 'vitest'
import { parseIsoDateTime } from '../../../../framework/template/datetime/iso8601.ts'
import { compileStrftime } from '../../../../framework/template/datetime/strftime.ts'
import { compileStrptime } from '../../../../framework/template/datetime/strptime.ts'
import outcomes from '../../../fixtures/template/python-dates.json' with { type: 'json' }

/** What the parser makes of the text, null where it refuses it. */
function parsed(format: string, text: string): string | null {
  try {
    return compileStrptime(format)(text).isoformat()
  } catch {
    return null
  }
}

describe('compileStrftime and compileStrptime against Python', () => {
  it('write what Python wrote, for random formats', () => {
    const written = outcomes.map(({ moment, format }) => compileStrftime(format)(parseIsoDateTime(moment)))
    expect(written).toEqual(outcomes.map(({ text }) => text))
  })

  it('read what Python read, and refuse what it refused', () => {
    expect(outcomes.map(({ format, text }) => parsed(format, text))).toEqual(outcomes.map((outcome) => outcome.parsed))
    expect(outcomes.filter((outcome) => outcome.parsed === null).length).toBeGreaterThan(20)
  })
})

describe('compileStrptime', () => {
  it.each([
    ['%Y-%m-%d', '2024-1-5', '2024-01-05T00:00:00'],
    ['%b %d, %Y %I:%M %p', 'jan 5, 2024 12:04 am', '2024-01-05T00:04:00'],
    ['%y', '68', '2068-01-01T00:00:00'],
    ['%y', '69', '1969-01-01T00:00:00'],
    ['%Y %H', '2024   10', '2024-01-01T10:00:00'],
    ['%z', '-05:30:15', '1900-01-01T00:00:00-05:30:15'],
    ['a.b(%Y)', 'a.b(2024)', '2024-01-01T00:00:00'],
  ])('reads %s', (format, text, expected) => {
    expect(compileStrptime(format)(text).isoformat()).toBe(expected)
  })

  it.each([
    ['%Y-%m-%d', '2024-02-30', 'day is out of range'],
    ['%Y-%m-%d', '2024-01-01T', 'unconverted data remains: T'],
    ['%Y-%m-%d', 'x', 'does not match format'],
    ['%d-%m', '29-02', 'day is out of range'],
    ['%S', '61', 'second must be in'],
    ['%z', '+0530:15', 'Inconsistent use of :'],
  ])('%s refuses %s', (format, text, message) => {
    expect(() => compileStrptime(format)(text)).toThrow(message)
  })

  it('refuses formats it cannot read', () => {
    expect(() => compileStrptime('%Q')).toThrow("'Q' is a bad directive")
    expect(() => compileStrptime('%Y %Y')).toThrow('occurs twice')
  })
})
