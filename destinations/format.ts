import { literalAt, type Message, type PageItem, type RunInfo, type WriteAbility } from '../framework/index.ts'

/** Turns items into the text of a line-based output; every line ends with a line feed. */
export interface OutputFormat {
  /** What the reader of the lines can do with them. */
  readonly writes: WriteAbility
  /** Lines that come before everything else. */
  open(run: RunInfo): string
  /** All rows of a page in one text. */
  page(page: PageItem): string
  /** '' for messages that the format has no line for. */
  message(message: Message): string
}

export type Redact = (text: string) => string

/**
 * The value with secrets taken out of all its texts, keys included. Works on values rather than on JSON text, where a secret
 * may hide behind an escape and a replacement may break the line. Long whole numbers of a body or a state become bigints.
 */
export function redacted(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value !== 'object' || value === null) return value
  const part = (inner: unknown, name: string): unknown => {
    const own = redacted(inner, redact)
    return typeof own === 'string' && literalAt(value, name, own) !== undefined ? BigInt(own) : own
  }
  if (Array.isArray(value)) return value.map((inner: unknown, index) => part(inner, String(index)))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [redact(name), part(inner, name)]))
}
