import { ConfigError, ConnectorError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { type BoundTemplate, optional, string, template } from '../../manifest/definition/fields.ts'
import { CalendarDate, compareDatetimes, DateTime, parseDatetime, parseIso } from '../../template/python/datetime.ts'
import { toText } from '../../template/python/text.ts'
import type { Dialect, Scope } from '../../template/template.ts'
import { Moment } from './moment.ts'

/** The format of a moment that has none and inherits none. */
const defaultFormat = '%Y-%m-%dT%H:%M:%S.%f%z'

export const MinMaxDatetime = defineComponent(Moment, {
  type: 'MinMaxDatetime',
  summary: 'A point in time, kept between an earliest and a latest one.',
  fields: {
    datetime: template([], { description: 'The date, in `datetime_format`.', examples: ["{{ config['start_date'] }}"] }),
    datetime_format: optional(string({ description: 'How the three dates are written. Default: the format of the cursor.' })),
    min_datetime: optional(template([], { description: 'The earliest date: an earlier `datetime` becomes this one. Empty: no limit.' })),
    max_datetime: optional(template([], { description: 'The latest date: a later `datetime` becomes this one. Empty: no limit.' })),
  },
  examples: [
    {
      title: 'Not before the history begins',
      manifest: { type: 'MinMaxDatetime', datetime: '2023-07-01', datetime_format: '%Y-%m-%d', min_datetime: '2024-01-01' },
    },
  ],
  create: ({ datetime, datetime_format, min_datetime, max_datetime }, { dialect }) => ({
    at: (scope, format = defaultFormat) => {
      const read = (source: BoundTemplate) => readMoment(source, scope, { format: datetime_format || format, dialect })
      const value = read(datetime)
      if (value === undefined) throw unreadable(datetime, { found: 'nothing', format: datetime_format || format })
      const min = min_datetime && read(min_datetime)
      const max = max_datetime && read(max_datetime)
      const raised = min && compareDatetimes(min, value) > 0 ? min : value
      return max && compareDatetimes(max, raised) < 0 ? max : raised
    },
  }),
})

/** undefined for a template that yields nothing. */
function readMoment(source: BoundTemplate, scope: Scope, { format, dialect }: { format: string; dialect: Dialect }): DateTime | undefined {
  const value = source.evaluate(scope)
  if (value instanceof DateTime) return value.offset === undefined ? value.atOffset(0) : value
  if (value instanceof CalendarDate) return new DateTime(value.days * 86_400, 0, 0)
  if (value === '' || (dialect === 'native' && (value === undefined || value === null))) return undefined
  const text = toText(value)
  try {
    return parseDatetime(text, format)
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError)) throw thrown
    return (
      (dialect === 'native' ? parseIsoOrNothing(text) : undefined) ??
      fail(unreadable(source, { found: `'${text}'`, format, cause: thrown }))
    )
  }
}

/** Our own manifests take a date in any ISO form, so that `2024-01-01` does where the cursor has a time of day. */
function parseIsoOrNothing(text: string): DateTime | undefined {
  try {
    return parseIso(text)
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return undefined
    throw thrown
  }
}

function fail(error: ConfigError): never {
  throw error
}

interface Unreadable {
  readonly found: string
  readonly format: string
  readonly cause?: unknown
}

function unreadable(source: BoundTemplate, { found, format, cause }: Unreadable): ConfigError {
  const text = `expected a date in the format ${format}, found ${found}${source.constant ? '' : ` from ${source.source}`}`
  return new ConfigError('ERR_DATETIME', text, cause === undefined ? {} : { cause })
}
