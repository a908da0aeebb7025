/** Control characters (escape sequences start with one) and marks that reorder text on the screen. */
const dangerous = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu

/** Text from outside on one line and without power over the terminal: `\x1b[2J` is shown, not obeyed. */
export function neutralise(text: string): string {
  return text.replace(dangerous, visible)
}

/** Like {@link neutralise}, but lines stay lines. */
export function neutraliseLines(text: string): string {
  return text.split(/\r?\n/).map(neutralise).join('\n')
}

function visible(character: string): string {
  const code = character.charCodeAt(0)
  if (character === '\n') return '\\n'
  if (character === '\t') return ' '
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
}

/** At most `width` characters; `…` stands for what was cut off. */
export function shorten(text: string, width: number): string {
  const characters = Array.from(text)
  if (characters.length <= width) return text
  return `${characters.slice(0, Math.max(0, width - 1)).join('')}…`
}

/** `1234567` as `1,234,567`. */
export const grouped = (value: number): string => value.toLocaleString('en-GB')

/** Milliseconds as `0:07`, `12:05` or `1:02:03`. */
export function clockTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

export const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`

/** Whether colours are welcome: on a terminal, unless NO_COLOR says no; FORCE_COLOR says yes anywhere. */
export function wantsColour(stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
