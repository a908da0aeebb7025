import fc from 'fast-check'

const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'id'), fc.constantFrom('0', '23', 'US', 'DE', 'F.18-24', '__proto__', 'toString'))
const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom('x', '', '2026-01-02', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05+0000', 'https://example.com/a', '123'),
)

/** Values as an API may send them: few keys, so that they meet. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value

export const anyRecord = fc
  .array(fc.tuple(key, anyValue), { maxLength: 5 })
  .map((entries): Record<string, unknown> => Object.fromEntries(entries))
