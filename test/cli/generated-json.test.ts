import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonText } from '../../cli/generated-json.ts'

describe('jsonText', () => {
  it('loses nothing', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => JSON.stringify(JSON.parse(jsonText(value))) === JSON.stringify(value)))
  })

  it('puts short lists on one line', () => {
    expect(jsonText({ a: ['x', 1], b: {}, c: [{ d: [] }] })).toBe(
      '{\n  "a": ["x", 1],\n  "b": {},\n  "c": [\n    {\n      "d": []\n    }\n  ]\n}\n',
    )
  })
})
