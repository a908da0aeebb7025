import { readFileSync } from 'node:fs'
import { ConfigError } from '../../framework/errors.ts'
import { parseConfigText } from '../../framework/manifest/config.ts'

/** The config as its file holds it; `{}` without a file. Throws ConfigError that names the file and why it cannot be read. */
export function readConfigFile(file: string | undefined): Readonly<Record<string, unknown>> {
  if (file === undefined) return {}
  try {
    return parseConfigText(readFileSync(file, 'utf8'), file)
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError('ERR_CONFIG_UNREADABLE', `cannot read config ${file}: ${reason}`, { cause })
  }
}
