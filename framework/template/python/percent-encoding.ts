/** Python's `urllib.parse.quote`. */

/** Percent-encodes everything but letters, digits, `_.-~` and the characters in `safe`. */
export function quote(text: string, safe = '/'): string {
  return [...text]
    .map((character) => (/[A-Za-z0-9_.~-]/.test(character) || safe.includes(character) ? character : encoded(character)))
    .join('')
}

function encoded(character: string): string {
  return [...Buffer.from(character, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}

/** For query strings: blanks become `+`. */
export function quotePlus(text: string): string {
  return quote(text, '').replaceAll('%20', '+')
}
