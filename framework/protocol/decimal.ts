/** Whether both texts are the same number, digit for digit; false for what is not a number. */
export function sameDecimal(first: string, second: string): boolean {
  const trimmed = (text: string) => plainDecimal(text)?.replace(/^0+(?=\d)|\.?0*$/g, '')
  return first.startsWith('-') === second.startsWith('-') && trimmed(first) !== undefined && trimmed(first) === trimmed(second)
}

/** The absolute value of `1.5e-7` as `0.00000015`; undefined for what is not a number or far too long to write out. */
export function plainDecimal(text: string): string | undefined {
  const [found, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const shift = Number(exponent)
  if (found === undefined || Math.abs(shift) > 1_000) return undefined
  if (shift === 0) return `${whole}.${fraction}`
  const digits = shift > 0 ? whole + fraction.padEnd(shift, '0') : whole.padStart(1 - shift, '0') + fraction
  const point = shift > 0 ? whole.length + shift : digits.length - fraction.length + shift
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}
