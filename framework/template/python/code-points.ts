/** Python counts code points, JavaScript UTF-16 units. Texts without surrogates, nearly all, take the short way. */

const surrogate = /[\ud800-\udfff]/

/** Python's `len(text)`. */
export function codePointLength(text: string): number {
  return surrogate.test(text) ? [...text].length : text.length
}

/** The characters of `text` as an array-like that is indexed by code point. */
export function codePoints(text: string): string | readonly string[] {
  return surrogate.test(text) ? [...text] : text
}

/** Order of two texts by code point, as Python compares them. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0
  if (!surrogate.test(left) && !surrogate.test(right)) return left < right ? -1 : 1
  const [a, b] = [[...left], [...right]]
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = (a[index]?.codePointAt(0) ?? 0) - (b[index]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
