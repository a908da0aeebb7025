import { plainDecimal, sameDecimal } from '../../framework/index.ts'

/** Whether an encoded value fits a type that is narrower than the column types of this package; nothing is rounded or cut. */
type Fits = (text: string) => boolean

/** Whole numbers between the two, both included. */
export const fitsWhole =
  (min: bigint, max: bigint): Fits =>
  (text) => {
    if (!/^-?\d+$/.test(text)) return false
    const value = BigInt(text)
    return value >= min && value <= max
  }

/** Numbers that a float of four bytes prints as they were: exact ones, and those of up to six digits. */
export const fitsReal: Fits = (text) => {
  const value = Number(text)
  const stored = Math.fround(value)
  return (stored === value || Number(stored.toPrecision(6)) === value) && (text.length < 16 || sameDecimal(text, String(value)))
}

/** Decimals of `precision` digits, `scale` of them behind the point; a negative scale counts zeros before it. */
export function fitsDecimal(precision: number, scale: number): Fits {
  return (text) => {
    const plain = plainDecimal(text)
    if (plain === undefined) return false
    const [whole = '', fraction = ''] = plain.split('.')
    const digits = whole.replace(/^0+/, '')
    const behind = fraction.replace(/0+$/, '').length
    const zeros = digits.length - digits.replace(/0+$/, '').length
    return digits.length <= precision - scale && (scale >= 0 ? behind <= scale : behind === 0 && (digits === '' || zeros >= -scale))
  }
}

/** Times with at most so many digits of a second. */
export const fitsSeconds =
  (digits: number): Fits =>
  (text) =>
    (/\.(\d+)/.exec(text)?.[1]?.length ?? 0) <= digits
