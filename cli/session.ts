import { openSession as openSessionOf, type Session, type SessionRequest } from '../compose/session.ts'
import { systemClock } from '../framework/clock.ts'
import { type ExitCode, statusOf } from '../framework/runtime/ports/run.ts'
import type { Logger } from '../framework/runtime/read/run-reporter.ts'
import { type Invocation, text } from './command.ts'
import { readConfigFile } from './config/config-file.ts'
import { keepConfig } from './config/config-keeping.ts'
import { ownComponents } from './config/own-components.ts'
import { ownPackages } from './config/own-packages.ts'
import { printSummary } from './failure.ts'
import { createLogger } from './output/log.ts'
import { seconds, wholeNumber } from './output/numbers.ts'
import { redactor } from './redact.ts'

/** Log lines of a command, on stderr. */
export interface TerminalLog {
  readonly logger: Logger
  /** Where lines for people go from now on: while a picture is drawn on the terminal, they go through it. */
  printTo(print: (line: string) => void): void
}

export async function openLog({ options, io }: Invocation): Promise<TerminalLog> {
  let print = (line: string): void => void io.stderr.write(`${line}\n`)
  const logger = await createLogger({
    stream: io.stderr,
    clock: systemClock,
    redact: redactor.redact,
    level: options['debug'] === true ? 'debug' : 'info',
    env: io.env,
    print: (line) => print(line),
  })
  const printTo = (target: typeof print) => {
    print = target
  }
  return { logger, printTo }
}

/** The flags that every command has which opens a connector. */
export async function sessionRequest(invocation: Invocation, { logger }: TerminalLog): Promise<SessionRequest> {
  const { argument, options, io } = invocation
  return {
    connector: argument ?? io.env['CONNECTOR_MANIFEST'] ?? '',
    config: readConfigFile(text(options, 'config')),
    components: await ownComponents(invocation),
    packages: await ownPackages(invocation),
    deadline: seconds(options, 'deadline'),
    maxRequests: wholeNumber(options, 'maxRequests'),
    signal: io.signal,
    logger,
    redactor,
    env: io.env,
    clock: systemClock,
    onConfig: keepConfig(invocation, systemClock),
  }
}

/** Reads manifest and config and opens the connector. Throws ConfigError before anything is sent. */
export async function openSession(invocation: Invocation): Promise<Session> {
  return openSessionOf(await sessionRequest(invocation, await openLog(invocation)))
}

/** The same for as long as the work takes; its connections and its deadline do not outlive it. */
export async function withSession<T>(invocation: Invocation, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(invocation)
  try {
    return await work(session)
  } finally {
    session.close()
  }
}

/** The same for a run: unless a person reads along, its summary is the last line of stderr. */
export function withRun(invocation: Invocation, work: (session: Session) => Promise<ExitCode>): Promise<ExitCode> {
  return withSession(invocation, async (session) => {
    const exitCode = await work(session)
    if (invocation.io.stderr.isTTY !== true) await printSummary(summaryOf(session, exitCode), invocation.io)
    return exitCode
  })
}

/** Errors and warnings written out in the summary. */
const LISTED = 50

function summaryOf({ run, http }: Session, exit_code: ExitCode): object {
  const { run_id, accounts, errors_total, errors, warnings_total, warnings, duration_ms } = run.summary()
  const { requests, retries, usagePercent } = http.stats()
  return {
    ...{ type: 'summary', run_id, status: statusOf(exit_code), exit_code, requests, retries, usage_percent: usagePercent ?? null },
    ...{ accounts, errors_total, errors: errors.slice(0, LISTED), warnings_total, warnings: warnings.slice(0, LISTED), duration_ms },
  }
}
