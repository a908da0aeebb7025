import { ConnectorError } from '../../errors.ts'
import { compareDatetimes, type DateTime, formatDatetime, parseDatetime } from '../../template/python/datetime.ts'
import { toText } from '../../template/python/text.ts'
import type { Dialect } from '../../template/template.ts'

/** How the cursor values of a stream are read and written. */
export interface CursorFormat {
  /**
   * Tries every format in order. Our own manifests get the value in UTC; foreign ones keep its offset, which shows when it
   * is written again. Throws ConnectorError ERR_CURSOR_VALUE when no format fits.
   */
  read(value: unknown): DateTime
  /** {@link read} without the turn to UTC. */
  readAsWritten(value: unknown): DateTime
  /** The turn to UTC; nothing for foreign manifests. */
  inUtc(moment: DateTime): DateTime
  write(moment: DateTime): string
  compare(a: unknown, b: unknown): number
  /** All formats put the year first and the rest in order, so that texts of equal layout compare like their times. */
  readonly textOrdered: boolean
}

const ordered = /^%Y-%m-%d(?:[T ]%H:%M(?::%S(?:\.(?:%f|%_ms))?)?)?(?:Z|%z|[+-]\d\d:?\d\d)?$/
/** Formats of numbers: they read no text of another layout. */
const epochFormats = ['%s', '%s_as_float', '%ms', '%epoch_microseconds']

export function cursorFormat(formats: readonly string[], output: string, dialect: Dialect): CursorFormat {
  const inputs = [...new Set([...formats, output])]
  const readAsWritten = (value: unknown) => readFirst(value, inputs)
  const inUtc = (moment: DateTime) => (dialect === 'native' && moment.offset !== 0 ? moment.atOffset(0) : moment)
  const read = (value: unknown) => inUtc(readAsWritten(value))
  return {
    read,
    readAsWritten,
    inUtc,
    write: (moment) => formatDatetime(moment, output),
    compare: (a, b) => compareDatetimes(read(a), read(b)),
    textOrdered: inputs.every((format) => ordered.test(format) || epochFormats.includes(format)),
  }
}

function readFirst(value: unknown, formats: readonly string[]): DateTime {
  const input = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? value : toText(value)
  for (const format of formats) {
    try {
      return parseDatetime(input, format)
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) throw thrown
    }
  }
  throw new ConnectorError('ERR_CURSOR_VALUE', `cursor value ${toText(value).slice(0, 80)} fits none of the formats ${formats.join(', ')}`)
}
