import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../framework/errors.ts'
import { parseJson as parse } from '../../../framework/http/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { hasLiterals, literalAt } from '../../../framework/protocol/number-literals.ts'

/** With and without the bytes at hand, which must make no difference. */
function parseJson(text: string): unknown {
  const outcomes = [() => parse(text), () => parse(text, Buffer.from(text))].map(settle)
  expect(outcomes[1]).toEqual(outcomes[0])
  const [outcome] = outcomes
  if (outcome && 'error' in outcome) throw outcome.error
  return outcome?.value
}

function settle(run: () => unknown): { readonly value: unknown } | { readonly error: unknown } {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}

describe('parseJson', () => {
  it.each([
    ['{"id":18000000000000000123}', { id: '18000000000000000123' }],
    ['{"count":9007199254740993}', { count: '9007199254740993' }],
    ['[9007199254740991,9007199254740992]', [9007199254740991, '9007199254740992']],
    ['[-9007199254740993]', ['-9007199254740993']],
    ['9007199254740993', '9007199254740993'],
    [' [ 12345678901234567890 ]\n', ['12345678901234567890']],
    ['{"a":1,"b":[{"c":99999999999999999999999}]}', { a: 1, b: [{ c: '99999999999999999999999' }] }],
    [`[${'1'.repeat(40)}]`, ['1'.repeat(40)]],
  ])('keeps every digit of %s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  it.each([
    '{"id":"18000000000000000123"}',
    '{"caption":"pay 12345678901234567890 , now"}',
    '{"a\\"b":"\\\\","n":1234567890123456}',
    '{"ratio":0.30000000000000004,"big":1e20,"exact":1234567890123456.5}',
    '{"uuid":"0f8fad5b-d9cb-469f-a165-70867728950e"}',
    '[-0,0,1.5e-7,true,null,"\\u2028\\u0000😀"]',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text))
  })

  it.each(['{"a":12345678901234567890 "b":1}', '{12345678901234567890:1}', '{"a":1,12345678901234567890 : 2}', '[012345678901234567890]'])(
    'does not turn the broken %s into JSON',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError)
    },
  )

  it.each(['NaN', '{"a":Infinity}', '', '<html>', '{"a":1', '[1,]', '\u{feff}x'])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })

  it.each(['1e400', '[-1e400]', '{"a":{"b":[1E+999]}}'])('refuses %s, which no double can hold', (text) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'ERR_NUMBER_RANGE' }))
  })

  it('tells integers of 400 digits, which stay, from fractions, which no double can hold', () => {
    const digits = '9'.repeat(400)
    expect(parseJson(`[${digits}]`)).toEqual([digits])
    expect(() => parseJson(`[${digits}.5]`)).toThrow(expect.objectContaining({ code: 'ERR_NUMBER_RANGE' }))
  })

  it.each([
    ['lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['lists just beyond the cap', '['.repeat(513) + ']'.repeat(513)],
  ])('refuses %s nested too deep without overflowing the stack', (_, text) => {
    expect(() => parseJson(text)).toThrow(ConnectorError)
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'ERR_JSON_TOO_DEEP' }))
  })

  it('reads decimals as JSON.parse does and tells how they were written', () => {
    const text = '{"price":0.1234567890123456789,"list":[1.5,-12345678901.123456789e-7],"short":0.1,"deep":{"n":9007199254740993}}'
    const body = parseJson(text) as { list: number[]; deep: { n: string } } & Row
    expect(body).toEqual({ ...JSON.parse(text), deep: { n: '9007199254740993' } })
    expect(literalAt(body, 'price', body['price'])).toBe('0.1234567890123456789')
    expect(literalAt(body.list, '1', body.list[1])).toBe('-12345678901.123456789e-7')
    expect(literalAt(body.deep, 'n', body.deep.n)).toBe('9007199254740993')
    expect(literalAt(body, 'price', 0.5)).toBeUndefined()
    expect(literalAt(body, 'short', 0.1)).toBeUndefined()
    expect(hasLiterals(body) && hasLiterals(body.list)).toBe(true)
  })

  it.each([
    '[0.30000000000000004]',
    '[1234567890123456.5]',
    '[100000000000000000000.0]',
    '["0.1234567890123456789"]',
    '[0.5000000000000000]',
  ])('has nothing to remember of %s', (text) => {
    expect(hasLiterals(parseJson(text) as object)).toBe(false)
  })

  it('finds a long decimal wherever it is', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.stringMatching(/^[1-9]\d{0,12}\.\d{17}1$/), (blanks, literal) => {
        const list = parseJson(`${' '.repeat(blanks)}[${literal}]`) as number[]
        expect(literalAt(list, '0', list[0])).toBe(literal)
      }),
    )
  })

  it('accepts 512 levels', () => {
    expect(parseJson('['.repeat(512) + ']'.repeat(512))).toBeInstanceOf(Array)
  })

  it('keeps __proto__ and constructor as plain data', () => {
    const before = Reflect.ownKeys(Object.prototype)
    const value = parseJson(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"id":12345678901234567890}',
    ) as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'id'])
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it.each([
    ['one string of digits', `"${'1'.repeat(8_000_000)}"`],
    ['one number of digits', `[${'1'.repeat(8_000_000)}]`],
    ['many long integers', `[${'12345678901234567890,'.repeat(400_000)}1]`],
    ['a million keys', `{${Array.from({ length: 1_000_000 }, (_, index) => `"${index}":${index}`).join(',')}}`],
  ])('takes time in proportion to %s', (_, text) => {
    const bytes = Buffer.from(text)
    const started = performance.now()
    parse(text)
    parse(text, bytes)
    // Measured: below 1 s; a quadratic pass would take minutes.
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('agrees with JSON.parse on every value without integers beyond 2^53', () => {
    const isUnsafe = (value: unknown) => Number.isInteger(value) && !Number.isSafeInteger(value)
    const values = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.parse(JSON.stringify(value), (_, item) => (isUnsafe(item) ? 0 : item)))
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  it('round-trips integers of any size at any place', () => {
    const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
    fc.assert(
      fc.property(fc.array(integer), fc.string(), (integers, text) => {
        const body = `{"a":${JSON.stringify(text)},"n":[${integers.join(' , ')}],${JSON.stringify(`k${text}`)}:0}`
        const { n } = parseJson(body) as { n: unknown[] }
        expect(n.map(String)).toEqual(integers.map(String))
      }),
      { numRuns: 500 },
    )
  })

  it('throws nothing but SyntaxError and ConnectorError for arbitrary text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0123456789-eE. \\n') }), (text) => {
        try {
          parseJson(text)
        } catch (thrown) {
          expect(thrown instanceof SyntaxError || thrown instanceof ConnectorError).toBe(true)
          if (thrown instanceof SyntaxError) expect(() => JSON.parse(text)).toThrow()
        }
      }),
      { numRuns: 2000 },
    )
  })
})
