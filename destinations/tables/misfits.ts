import { ConnectorError } from '../../framework/index.ts'
import { jsonText } from '../json-text.ts'

/** Characters of a value that a warning shows. */
const shown = 60

/** Values that went to `_extra` instead of the column that the schema has for them: counted by column, the first reported. */
export class Misfits {
  readonly #counts = new Map<string, number>()
  warn: (warning: ConnectorError) => void = () => undefined

  /** `column`: `table.field`. */
  note(column: string, value: unknown, why: string): void {
    const count = this.#counts.get(column) ?? 0
    this.#counts.set(column, count + 1)
    if (count > 0) return
    const text = jsonText(value)
    const example = text.length > shown ? `${text.slice(0, shown)}…` : text
    const message = `a value of ${column} ${why} and is kept in _extra: ${example}. The summary counts all of them (values_in_extra).`
    this.warn(new ConnectorError('ERR_VALUE_MISFIT', message, { failureType: 'config_error' }))
  }

  /** By `table.field`. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
