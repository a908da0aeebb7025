import { fileURLToPath } from 'node:url'
import { ConfigError, suggest } from './errors.ts'

/** How the URLs of one kind of place look, by scheme: `{ file: 'file:DIR' }`. Help, messages and documents are made of it. */
export type UrlForms = Readonly<Record<string, string>>

/** `file:DIR, postgres://… or env:NAME`: each form once, and what else may be written. */
export function formsText(forms: UrlForms, ...more: readonly string[]): string {
  const all = [...new Set(Object.values(forms)), ...more]
  return all.length === 1 ? String(all[0]) : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
}

/** The forms but that of one scheme. */
export function withoutForm(forms: UrlForms, scheme: string): UrlForms {
  return Object.fromEntries(Object.entries(forms).filter(([name]) => name !== scheme))
}

interface Kind {
  /** `state registry`, for the message. */
  readonly what: string
  readonly code: string
  readonly forms: UrlForms
}

/** The entry of `schemes` that the URL asks for. Throws ConfigError `code` for a scheme that is not known. */
export function byScheme<T>(schemes: Readonly<Record<string, T>>, url: string, { what, code, forms }: Kind): T {
  const name = (url.split(':', 1)[0] ?? '').toLowerCase()
  const found = Object.hasOwn(schemes, name) ? schemes[name] : undefined
  if (found !== undefined) return found
  const known = `${suggest(name, Object.keys(schemes))} (${[...new Set(Object.values(forms))].join(', ')})`
  throw new ConfigError(code, `no ${what} for ${JSON.stringify(url)}: unknown scheme '${name}'; ${known}`)
}

/** The folder of `file:DIR` or `file:///DIR`. Throws ConfigError `code` when it names none. */
export function folderOf(url: string, code: string): string {
  const path = url.slice('file:'.length)
  const folder = path.startsWith('//') ? fileURLToPath(url) : path
  if (folder === '') throw new ConfigError(code, `${url} names no directory; write file:DIR`)
  return folder
}
