import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { airbyteLine } from '../../destinations/airbyte-format.ts'
import type { Clock } from '../../framework/clock.ts'
import { ConfigError } from '../../framework/errors.ts'
import type { Config } from '../../framework/manifest/definition/component.ts'
import type { Reporter } from '../../framework/report.ts'
import { type Invocation, text } from '../command.ts'

/**
 * Hands on a config whose credentials were replaced, at once: the old ones may be worthless from this moment. The platform gets a
 * CONTROL message, with the credentials in it; `--update-config` rewrites the file of `--config`.
 */
export function keepConfig({ options, io }: Invocation, clock: Clock): (config: Config, report: Reporter) => void {
  const file = options['updateConfig'] === true ? text(options, 'config') : undefined
  const format = text(options, 'format') ?? 'airbyte'
  return (config, report) => {
    const control = { type: 'CONNECTOR_CONFIG', emitted_at: clock.now(), connectorConfig: { config } } as const
    if (format === 'airbyte') io.stdout.write(airbyteLine({ type: 'CONTROL', control }, (line) => line))
    else if (file === undefined) report.log('warn', 'credentials in the config were replaced and will be lost; --update-config keeps them')
    if (file !== undefined) rewrite(file, `${JSON.stringify(config, null, 2)}\n`)
  }
}

/** A crash leaves the old file or the new one. Synchronous, because nothing else may happen before the credentials are safe. */
function rewrite(file: string, content: string): void {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    const handle = openSync(temporary, 'wx', statSync(file).mode)
    writeSync(handle, content)
    fsyncSync(handle)
    closeSync(handle)
    renameSync(temporary, file)
  } catch (cause) {
    rmSync(temporary, { force: true })
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError('ERR_CONFIG_UNWRITABLE', `cannot keep the new credentials in ${file}: ${reason}`, { cause })
  }
}
