import type { Query } from '../../framework/index.ts'
import type { Encoded } from '../tables/encode.ts'
import type { PostgresRows } from '../tables/postgres-sql.ts'
import { attempt } from './rejection.ts'

const beyondAscii = /[\u0080-\u{10ffff}]/gu
/** Escapes of JSON for characters beyond ASCII; an escaped backslash may stand before letters that look like one. */
const escapes = /\\(u[0-9a-fA-F]{4}|[\s\S])/g

/**
 * Texts for a database in another encoding than UTF-8. A character that it lacks is written as `\u{1f600}`: nothing is lost, and keys
 * that differ stay apart. SQL_ASCII takes every byte, but no escapes of JSON beyond ASCII.
 */
export class TextEncoding {
  readonly #encoding: string
  readonly #warn: (character: string) => void
  readonly #held = new Map<string, boolean>()

  /** `warn` is told each character that the database lacks. */
  constructor(encoding: string, warn: (character: string) => void) {
    this.#encoding = encoding
    this.#warn = warn
  }

  /** `types`: those of the columns of the rows. */
  async fit(values: PostgresRows['values'], types: readonly string[], query: Query): Promise<PostgresRows['values']> {
    const raw = values.map((column, index) => (types[index] === 'jsonb' ? column.map(withoutEscapes) : column))
    if (this.#encoding === 'SQL_ASCII') return raw
    const characters = new Set(raw.flatMap((column) => column.flatMap((value) => value?.match(beyondAscii) ?? [])))
    await this.#learn(
      [...characters].filter((character) => !this.#held.has(character)),
      query,
    )
    return raw.map((column, index) => {
      const before = types[index] === 'jsonb' ? '\\\\u' : '\\u'
      return column.map((value) => this.#replaced(value, before))
    })
  }

  /** Asks the server about all at once, then about halves of those that it does not take. */
  async #learn(characters: readonly string[], query: Query): Promise<void> {
    if (characters.length === 0) return
    const failure = await attempt((text) => (text === 'probe' ? query('select $1::text', [characters.join('')]) : query(text)), 'probe')
    if (!failure) {
      for (const character of characters) this.#held.set(character, true)
    } else if (characters.length === 1) {
      this.#held.set(characters[0] ?? '', false)
      this.#warn(characters[0] ?? '')
    } else {
      const half = Math.ceil(characters.length / 2)
      await this.#learn(characters.slice(0, half), query)
      await this.#learn(characters.slice(half), query)
    }
  }

  #replaced(value: Encoded, before: string): Encoded {
    if (value === null) return null
    return value.replace(beyondAscii, (character) =>
      this.#held.get(character) === false ? `${before}{${character.codePointAt(0)?.toString(16)}}` : character,
    )
  }
}

function withoutEscapes(value: Encoded): Encoded {
  if (value === null || !value.includes('\\u')) return value
  return value.replace(escapes, (found, letters: string) => {
    const code = letters.length === 5 ? Number.parseInt(letters.slice(1), 16) : 0
    return code >= 0x80 ? String.fromCharCode(code) : found
  })
}
