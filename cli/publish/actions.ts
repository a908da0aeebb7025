import { findAction } from '../../compose/find-action.ts'
import type { Session } from '../../compose/session.ts'
import { storageUrl } from '../../compose/storage-url.ts'
import { systemClock } from '../../framework/clock.ts'
import { ConfigError, ConnectorError } from '../../framework/errors.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import { type ActionOutcome, type ActionRequest, actionKey, planAction, runAction } from '../../framework/runtime/action/run-action.ts'
import { settleByHand } from '../../framework/runtime/action/settle-action.ts'
import type { ActionJournal } from '../../framework/runtime/ports/action-journal.ts'
import { memoryJournal } from '../../framework/runtime/ports/memory-journal.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { openJournal } from '../../state/journals/open.ts'
import { type Invocation, type Io, text } from '../command.ts'
import { installedConnector, installedPackages } from '../config/installed.ts'
import { seconds } from '../output/numbers.ts'
import { secretContextOf } from '../redact.ts'
import { withRun } from '../session.ts'
import { readPost } from './input.ts'
import { printJson, reportOutcome, say, statusOf } from './output.ts'

/** Publishes what `--input` holds. */
export async function post(invocation: Invocation): Promise<ExitCode> {
  const { options, io } = invocation
  const input = readPost(text(options, 'input'))
  return withRun(invocation, async (session) => {
    const key = text(options, 'idempotencyKey')
    const request = requestFor(session, invocation, { name: 'publish', input, key })
    if (options['dryRun'] === true) return dryRun(request, invocation)
    return withJournal(invocation, async (journal) =>
      reported(await runAction(request, { journal, clock: systemClock, signal: session.signal }), session, io),
    )
  })
}

/** Says what is wrong with a post before anything is sent. */
export async function validate(invocation: Invocation): Promise<ExitCode> {
  const { argument, options, io } = invocation
  const input = readPost(argument)
  const check = await postCheck(invocation)
  const { valid, findings, media } = await check(input, {
    depth: options['offline'] === true ? 'written' : 'media',
    media: options['localMedia'] === true ? 'local' : 'public',
    signal: io.signal,
  })
  printJson({ valid, findings, media }, io)
  for (const { severity, path, rule, found, fix } of findings) say(`${severity}: ${path || 'post'} (${rule}): ${found}; ${fix}`, io)
  say(valid ? 'the post can be published, as far as can be seen from here' : 'the post would be refused', io)
  return valid ? 0 : 2
}

/** The rules of the connector that is named; without a name, those of the only connector that has any. */
async function postCheck(invocation: Invocation) {
  const connectors = await installedPackages(invocation)
  const able = connectors.filter(({ validate }) => validate)
  const name = text(invocation.options, 'connector') ?? (able.length === 1 ? able[0]?.id : undefined)
  const check = name === undefined ? undefined : (await installedConnector(invocation, name)).package?.validate
  if (check) return check
  const known = able.map(({ product }) => product).join(', ')
  throw new ConfigError('ERR_FLAG_INVALID', `--connector ${name ?? ''} names no connector that checks posts; known: ${known}`)
}

/** Prints what the journal knows of one key. */
export function status(invocation: Invocation): Promise<ExitCode> {
  return withJournal(invocation, async (journal) => {
    const record = await known(journal, invocation.argument)
    printJson(statusOf(record), invocation.io)
    return 0
  })
}

export function list(invocation: Invocation): Promise<ExitCode> {
  return withJournal(invocation, async (journal) => {
    const records = await journal.list(text(invocation.options, 'account'))
    for (const { steps: _, ...record } of records.map(statusOf)) printJson(record, invocation.io)
    return 0
  })
}

/** Goes on with what the journal holds under a key, or writes down what a person found out about it. */
export function resume(invocation: Invocation): Promise<ExitCode> {
  const { options, io, argument } = invocation
  return withJournal(invocation, async (journal) => {
    const record = await known(journal, argument)
    const published = text(options, 'published')
    if (published !== undefined || options['notPublished'] === true) {
      return reportOutcome(await settleByHand(record.key, { journal, clock: systemClock, id: published }), io)
    }
    return withRun({ ...invocation, argument: record.connector }, async (session) => {
      const request = requestFor(session, invocation, { name: record.action, input: record.input, key: record.key })
      const outcome = await runAction(request, { journal, clock: systemClock, signal: session.signal, resume: true })
      return reported(outcome, session, io)
    })
  })
}

export function quota(invocation: Invocation): Promise<ExitCode> {
  return withRun(invocation, async (session) => {
    const request = requestFor(session, invocation, { name: 'quota', input: {}, key: undefined })
    const outcome = await runAction(request, { journal: memoryJournal(), clock: systemClock, signal: session.signal })
    if (outcome.state !== 'DONE') return reported(outcome, session, invocation.io)
    printJson(outcome.output ?? {}, invocation.io)
    return 0
  })
}

/** The failure of a post is an error of the run, too. */
function reported(outcome: ActionOutcome, { run }: Session, io: Io): ExitCode {
  const { failure } = outcome
  if (failure) run.note({ severity: 'error', error: new ConnectorError(failure.code, failure.message) })
  return reportOutcome(outcome, io)
}

async function dryRun(request: ActionRequest, { io }: Invocation): Promise<ExitCode> {
  const calls = await planAction(request)
  printJson({ key: actionKey(request), dry_run: true, calls }, io)
  for (const { method, url, note } of calls) say(`${method} ${url}${note === undefined ? '' : ` (${note})`}`, io)
  say('Nothing was sent.', io)
  return 0
}

interface Wanted {
  readonly name: string
  readonly input: JsonObject
  readonly key: string | undefined
}

function requestFor({ connector }: Session, { options }: Invocation, { name, input, key }: Wanted): ActionRequest {
  const wait = seconds(options, 'maxWait')
  return {
    action: findAction(connector, name),
    connector: connector.manifest.id,
    input,
    key,
    options: wait === undefined ? {} : { max_wait_seconds: wait },
  }
}

async function known(journal: ActionJournal, key: string | undefined) {
  const record = key === undefined ? undefined : await journal.show(key)
  if (record) return record
  throw new ConfigError('ERR_ACTION_KEY_UNKNOWN', `the journal knows nothing of key ${JSON.stringify(key)}; see connector publish list`)
}

async function withJournal({ options, io }: Invocation, work: (journal: ActionJournal) => Promise<ExitCode>): Promise<ExitCode> {
  const url = storageUrl(text(options, 'journal') ?? 'file:publish-journal', secretContextOf(io))
  const journal = await openJournal(url, { clock: systemClock, env: io.env })
  try {
    return await work(journal)
  } finally {
    await journal.close()
  }
}
