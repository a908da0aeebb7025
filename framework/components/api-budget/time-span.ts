import { ConfigError } from '../../errors.ts'
import type { BoundTemplate } from '../../manifest/definition/fields.ts'
import { parseDuration, TimeDelta } from '../../template/python/datetime.ts'
import { toText } from '../../template/python/text.ts'

/** Milliseconds of an ISO-8601 duration that is the same at any date. Throws ConfigError for months, years and nothing. */
export function millisecondsOf(source: BoundTemplate): number {
  const text = toText(source.evaluate({}))
  const duration = parseDuration(text)
  const milliseconds = duration instanceof TimeDelta ? duration.seconds * 1000 + duration.micro / 1000 : 0
  if (milliseconds > 0) return milliseconds
  throw new ConfigError('ERR_MANIFEST_INVALID', `expected a duration in weeks, days or less and more than none, found '${text}'`)
}
