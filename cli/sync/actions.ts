import { accountRegistryForms } from '../../accounts/url-forms.ts'
import { newRunId } from '../../compose/session.ts'
import { destinationForms } from '../../destinations/url-forms.ts'
import { systemClock } from '../../framework/clock.ts'
import { defined } from '../../framework/defined.ts'
import { asConnectorError, ConfigError, type ConnectorError } from '../../framework/errors.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { formsText, withoutForm } from '../../framework/url-forms.ts'
import { openSync, type SyncSettings } from '../../sync/open-sync.ts'
import { type SyncSummary, unopenedSummary } from '../../sync/summary.ts'
import type { SyncOptions } from '../../sync/sync-options.ts'
import { type Invocation, text, texts } from '../command.ts'
import { readConfigFile } from '../config/config-file.ts'
import { ownPackages } from '../config/own-packages.ts'
import { writeRequest } from '../options.ts'
import { seconds, wholeNumber } from '../output/numbers.ts'
import { redactor } from '../redact.ts'
import { openLog } from '../session.ts'

/** One run; its summary is the only line on stdout. */
export async function runSync(invocation: Invocation): Promise<ExitCode> {
  const { io, options } = invocation
  const print = (summary: SyncSummary) => void io.stdout.write(`${redactor.redact(JSON.stringify(summary))}\n`)
  let summarise = (failure: ConnectorError) => unopenedSummary(failure, { id: newRunId(systemClock), now: systemClock.now() })
  io.abandoned?.catch((thrown) => print(summarise(asConnectorError(thrown))))
  const sync = await openSync(await syncSettings(invocation))
  try {
    const only = text(options, 'only')
    const begun = (summarised: typeof summarise) => {
      summarise = summarised
    }
    const summary = await sync.run({ ...defined({ only }), signal: io.signal, begun, failed: print })
    print(summary)
    return summary.exit_code
  } finally {
    await sync.close()
  }
}

/** The flags that `sync` and `serve` share. Throws ConfigError for a flag that is missing or wrong. */
export async function syncSettings(invocation: Invocation): Promise<SyncSettings> {
  const { io, options } = invocation
  const accounts = text(options, 'accounts') ?? (io.env['CONNECTOR_ACCOUNTS'] ? 'env:CONNECTOR_ACCOUNTS' : undefined)
  if (accounts === undefined) throw missing('--accounts', formsText(accountRegistryForms, 'env:NAME'))
  const outputs = texts(options, 'output')
  const output = outputs.length > 0 ? outputs : io.env['CONNECTOR_OUTPUT'] ? ['env:CONNECTOR_OUTPUT'] : undefined
  if (output === undefined) throw missing('--output', formsText(withoutForm(destinationForms, 'stdout'), 'env:NAME'))
  const { logger } = await openLog(invocation)
  const pages = wholeNumber(options, 'pages')
  return {
    accounts,
    output,
    state: text(options, 'state'),
    schemas: text(options, 'schemas'),
    recipe: text(options, 'recipe'),
    connector: text(options, 'connector'),
    select: texts(options, 'select').flatMap((value) => value.split(',')),
    config: { ...readConfigFile(text(options, 'config')), ...defined({ pages }) },
    tables: text(options, 'tables') === 'per_stream' ? 'per_stream' : 'shared',
    lockTimeout: seconds(options, 'lockTimeout'),
    packages: await ownPackages(invocation),
    ...syncOptions(invocation),
    ...writeRequest(invocation),
    env: io.env,
    clock: systemClock,
    logger,
    redactor,
    signal: io.signal,
  }
}

function syncOptions({ options }: Invocation): SyncOptions {
  const concurrency = wholeNumber(options, 'concurrency')
  if (concurrency === 0) throw new ConfigError('ERR_FLAG_INVALID', '--concurrency takes a whole number of 1 or more, not 0')
  const minutes = wholeNumber(options, 'minAge')
  return {
    concurrency,
    maxRequests: wholeNumber(options, 'maxRequests'),
    deadlineSeconds: seconds(options, 'deadline'),
    pauseSeconds: seconds(options, 'pause'),
    minAgeSeconds: minutes === undefined ? undefined : minutes * 60,
  }
}

function missing(flag: string, forms: string): ConfigError {
  return new ConfigError('ERR_FLAG_MISSING', `${flag} is missing: ${forms}`)
}
