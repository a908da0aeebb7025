import { once } from 'node:events'
import { type ServerType, serve } from '@hono/node-server'
import { systemClock } from '../../framework/clock.ts'
import { ConfigError } from '../../framework/errors.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { type OpenService, openService } from '../../service/open-service.ts'
import { type Invocation, text } from '../command.ts'
import { printSummary } from '../failure.ts'
import { wholeNumber } from '../output/numbers.ts'
import { openLog } from '../session.ts'
import { syncSettings } from '../sync/actions.ts'

/** Listens until a signal comes; requests under way are answered. The address is the one line on stdout. */
export async function runService(invocation: Invocation): Promise<ExitCode> {
  const { io, options } = invocation
  const secret = text(options, 'secret')
  if (secret !== undefined && !/^(env|file|aws-sm):/.test(secret)) {
    throw new ConfigError('ERR_FLAG_INVALID', '--secret takes a reference, env:NAME or file:PATH, because arguments can be seen by others')
  }
  const settings = await syncSettings(invocation)
  const protectPage = options['protectPage'] === true
  const service = await openService({ ...settings, secret, publicUrl: text(options, 'publicUrl'), protectPage })
  const { logger } = await openLog(invocation)
  const port = wholeNumber(options, 'port') ?? 8080
  const hostname = text(options, 'host') ?? '127.0.0.1'
  const started = systemClock.monotonic()
  const server = serve({ fetch: service.fetch, port, hostname })
  try {
    await listening(server)
    const address = server.address()
    const url = `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${typeof address === 'object' && address ? address.port : port}`
    io.stdout.write(`${JSON.stringify({ url })}\n`)
    if (!secret && !io.env['CRON_SECRET']) logger.log('warn', 'there is no secret: the cron endpoint refuses everybody; set CRON_SECRET')
    if (!io.signal.aborted) await once(io.signal, 'abort')
  } finally {
    await new Promise((resolve) => server.close(resolve))
    await service.close()
  }
  if (io.stderr.isTTY !== true) await printSummary(summaryOf(service.totals, systemClock.monotonic() - started), io)
  return 0
}

function summaryOf(
  { runs, failures, errors, requests, retries, rows, inserted, updated }: OpenService['totals'],
  duration: number,
): object {
  return {
    ...{ type: 'summary', status: 'complete', exit_code: 0, runs, failed_runs: failures, requests, retries },
    ...{ rows_written: rows, rows_inserted: inserted, rows_updated: updated, errors_total: errors, duration_ms: Math.round(duration) },
  }
}

async function listening(server: ServerType): Promise<void> {
  await once(server, 'listening').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError('ERR_LISTEN', `the service cannot listen: ${reason}; choose another --port or --host`, { cause })
  })
}
