import { ConfigError } from '../../framework/errors.ts'
import { type OptionValues, text } from '../command.ts'

/** A whole number of 0 or more. Throws ConfigError that names the flag. */
export function wholeNumber(options: OptionValues, name: string): number | undefined {
  return parse(options, name, { pattern: /^\d+$/, what: 'a whole number' })
}

/** Seconds, fractions allowed. */
export function seconds(options: OptionValues, name: string): number | undefined {
  return parse(options, name, { pattern: /^\d+(\.\d+)?$/, what: 'a number of seconds' })
}

function parse(options: OptionValues, name: string, { pattern, what }: { pattern: RegExp; what: string }): number | undefined {
  const value = text(options, name)
  if (value === undefined) return undefined
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  if (!pattern.test(value)) throw new ConfigError('ERR_FLAG_INVALID', `${flag} takes ${what}, not '${value}'`)
  return Number(value)
}
