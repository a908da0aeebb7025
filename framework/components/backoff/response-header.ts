import { ConfigError, RateLimitError } from '../../errors.ts'
import type { Outcome } from '../../http/resolution.ts'
import { describe } from '../../manifest/definition/build.ts'
import type { Field } from '../../manifest/definition/component.ts'
import { type FieldOptions, template } from '../../manifest/definition/fields.ts'
import { PyFloat } from '../../template/template.ts'

/** A number of seconds, or a template that yields one when it is built. Nothing (`None`) is undefined. */
export function seconds(options: FieldOptions): Field<number | undefined> {
  const text = template([], options)
  return {
    ...text,
    optional: true,
    build: (node, context) => {
      const value = node === undefined ? undefined : text.build(node, context).evaluate({})
      const plain = value instanceof PyFloat ? value.value : value
      if (plain === undefined || plain === null || plain === '') return undefined
      const number = typeof plain === 'string' ? Number(plain) : plain
      if (typeof number === 'number' && Number.isFinite(number)) return number
      throw new ConfigError('ERR_MANIFEST_INVALID', `expected a number of seconds, found ${describe(value)}`)
    },
  }
}

/** The number in a response header, or in the start of it that matches; undefined when there is none. */
export function headerNumber(outcome: Outcome, name: string, pattern: RegExp | undefined): number | undefined {
  const text = outcome.response?.headers[name.toLowerCase()]
  const found = pattern && text !== undefined ? pattern.exec(text)?.[0] : text
  if (found === undefined || found.trim() === '') return undefined
  const number = Number(found)
  return Number.isFinite(number) ? number : undefined
}

/** A regular expression that must match from the start, as Python's `re.match`. */
export function matchFromStart(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})`)
  } catch (cause) {
    throw new ConfigError('ERR_MANIFEST_INVALID', `'${source}' is not a valid regular expression`, { cause })
  }
}

/** Throws RateLimitError when the wait reaches `limit`. */
export function withinLimit(wait: number, limit: number | undefined): number {
  if (limit === undefined || wait === 0 || wait < limit) return wait
  throw new RateLimitError(
    'ERR_WAIT_TOO_LONG',
    `the provider asks to wait ${wait} s, longer than the ${limit} s that the manifest allows`,
    {
      retryAfter: wait,
    },
  )
}
