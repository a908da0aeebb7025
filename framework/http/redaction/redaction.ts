import { MASK, maskCredentials } from './credential-patterns.ts'
import { SHORTEST_FORM, secretForms } from './secret-forms.ts'

export interface Redactor {
  /**
   * Registers a value that no output may show. From 6 characters on it is masked wherever it occurs in any of its forms; shorter ones (3 to 5)
   * only where they stand alone as a value (`"bad"`, `=bad`, `Bearer bad`), so that the word stays readable; shorter still, by the name of their parameter only.
   */
  secret(value: string): void
  /** The text with known secrets and everything that looks like a credential masked as `****`. Applying it twice changes nothing. */
  redact(text: string): string
}

/** The newest secrets are kept; registering one again renews it. Bounds memory to some 20 MB at most. */
const MAX_SECRETS = 4096
const HEAD = 4
const TABLE_SIZE = 1 << 16
const SHORTEST_SECRET = 3
/** Words that configs hold where a secret might be; masking them would blot out ordinary output. */
const ordinary = new Set(['undefined', 'false', 'true', 'null', 'none', 'None', 'False', 'True'])

export function createRedactor(options: { readonly maxSecrets?: number } = {}): Redactor {
  const maxSecrets = options.maxSecrets ?? MAX_SECRETS
  const secrets = new Map<string, readonly string[]>()
  const known = createFormIndex()
  const short = createShortSecrets(maxSecrets)
  const dropOldest = () => {
    const [oldest] = secrets
    if (!oldest) return
    secrets.delete(oldest[0])
    known.remove(oldest[1])
  }
  return {
    secret: (value) => {
      if (value.length < SHORTEST_SECRET || ordinary.has(value) || value.trim() === '') return
      if (value.length < SHORTEST_FORM) return short.add(value)
      const renewed = secrets.get(value)
      const forms = renewed ?? secretForms(value)
      if (renewed) secrets.delete(value)
      else known.add(forms)
      secrets.set(value, forms)
      if (secrets.size > maxSecrets) dropOldest()
    },
    redact: (text) => maskCredentials(short.mask(known.mask(text))),
  }
}

/**
 * Finds thousands of forms in one pass: a table of hashed first characters rules out nearly every position, then the
 * few lengths that occur behind such a head are looked up in a set.
 */
function createFormIndex() {
  const uses = new Map<string, number>()
  const lengths = new Map<string, number[]>()
  const heads = new Uint8Array(TABLE_SIZE)
  const longestAt = (text: string, index: number): number => {
    const candidates = lengths.get(text.slice(index, index + HEAD)) ?? []
    return candidates.find((length) => uses.has(text.slice(index, index + length))) ?? 0
  }
  return {
    add(forms: readonly string[]): void {
      for (const form of forms) {
        const head = form.slice(0, HEAD)
        uses.set(form, (uses.get(form) ?? 0) + 1)
        heads[hash(form, 0)] = 1
        const known = lengths.get(head) ?? []
        if (!known.includes(form.length))
          lengths.set(
            head,
            [...known, form.length].sort((a, b) => b - a),
          )
      }
    },
    remove(forms: readonly string[]): void {
      for (const form of forms) {
        const left = (uses.get(form) ?? 1) - 1
        if (left > 0) uses.set(form, left)
        else uses.delete(form)
      }
    },
    mask(text: string): string {
      if (uses.size === 0) return text
      const last = text.length - SHORTEST_FORM
      let masked = ''
      let copied = 0
      for (let index = 0; index <= last; index++) {
        if (heads[hash(text, index)] !== 1) continue
        const length = longestAt(text, index)
        if (length === 0) continue
        masked += text.slice(copied, index) + MASK
        copied = index + length
        index = copied - 1
      }
      return copied === 0 ? text : masked + text.slice(copied)
    },
  }
}

function hash(text: string, index: number): number {
  const first = text.charCodeAt(index) ^ (text.charCodeAt(index + 1) << 4)
  return (first ^ (text.charCodeAt(index + 2) << 8) ^ (text.charCodeAt(index + 3) << 11)) & (TABLE_SIZE - 1)
}

function createShortSecrets(maxSecrets: number) {
  const values = new Set<string>()
  let pattern: RegExp | undefined
  return {
    add(value: string): void {
      if (values.has(value) || values.size >= maxSecrets) return
      values.add(value)
      const any = [...values].map((entry) => entry.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('|')
      pattern = new RegExp(`^(?:${any})$|(?<=["'=]|%3D|\\b(?:bearer|token|basic|oauth) )(?:${any})(?=$|["'&,;})\\]\\s\\\\]|%26)`, 'gi')
    },
    mask: (text: string) => (pattern ? text.replace(pattern, MASK) : text),
  }
}
