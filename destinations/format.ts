import type { Message, PageItem, RunInfo, WriteAbility } from '../framework/index.ts'

/** Turns items into the text of a line-based output; every line ends with a line feed. */
export interface OutputFormat {
  /** What whoever reads the lines can do with them. */
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
 * may hide behind an escape and a replacement may break the line.
 */
export function redacted(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((part) => redacted(part, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [redact(key), redacted(part, redact)]))
}
