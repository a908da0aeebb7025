import type { Session } from '../../compose/session.ts'
import { storageUrl } from '../../compose/storage-url.ts'
import { hasErrors } from '../../connectors/instagram_publish/media/finding.ts'
import { inspectMedia } from '../../connectors/instagram_publish/media/inspect.ts'
import { isPost, validatePost } from '../../connectors/instagram_publish/media/validate.ts'
import { systemClock } from '../../framework/clock.ts'
import type { Action } from '../../framework/components/actions/action.ts'
import { ConfigError, suggest } from '../../framework/errors.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'
import { type ActionRequest, actionKey, planAction, runAction } from '../../framework/runtime/action/run-action.ts'
import { settleByHand } from '../../framework/runtime/action/settle-action.ts'
import type { ActionJournal } from '../../framework/runtime/ports/action-journal.ts'
import { memoryJournal } from '../../framework/runtime/ports/memory-journal.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { openJournal } from '../../state/journals/open.ts'
import { type Invocation, text } from '../command.ts'
import { seconds } from '../output/numbers.ts'
import { redactor } from '../redact.ts'
import { openSession } from '../session.ts'
import { readPost } from './input.ts'
import { printJson, reportOutcome, say, statusOf } from './output.ts'

/** Publishes what `--input` holds. */
export async function post(invocation: Invocation): Promise<ExitCode> {
  const { options, io } = invocation
  const input = readPost(text(options, 'input'))
  return withSession(invocation, async (session) => {
    const key = text(options, 'idempotencyKey')
    const request = requestFor(session, invocation, { name: 'publish', input, key })
    if (options['dryRun'] === true) return dryRun(request, invocation)
    return withJournal(invocation, async (journal) =>
      reportOutcome(await runAction(request, { journal, clock: systemClock, signal: session.signal }), io),
    )
  })
}

/** Says what is wrong with a post before anything is sent. */
export async function validate({ argument, options, io }: Invocation): Promise<ExitCode> {
  const input = readPost(argument)
  const localHosts = options['localMedia'] === true
  const written = validatePost(input, { localHosts })
  const look = options['offline'] !== true && isPost(input, written)
  const inspected = look ? await inspectMedia(input, { localHosts, signal: io.signal }) : { media: [], findings: [] }
  const findings = [...written, ...inspected.findings]
  const valid = !hasErrors(findings)
  printJson({ valid, findings, media: inspected.media.map(({ use, facts }) => ({ path: use.path, ...facts })) }, io)
  for (const { severity, path, rule, found, fix } of findings) say(`${severity}: ${path || 'post'} (${rule}): ${found}; ${fix}`, io)
  say(valid ? 'the post can be published, as far as can be seen from here' : 'the post would be refused', io)
  return valid ? 0 : 2
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
    return withSession({ ...invocation, argument: record.connector }, async (session) => {
      const request = requestFor(session, invocation, { name: record.action, input: record.input, key: record.key })
      const outcome = await runAction(request, { journal, clock: systemClock, signal: session.signal, resume: true })
      return reportOutcome(outcome, io)
    })
  })
}

export function quota(invocation: Invocation): Promise<ExitCode> {
  return withSession(invocation, async (session) => {
    const request = requestFor(session, invocation, { name: 'quota', input: {}, key: undefined })
    const outcome = await runAction(request, { journal: memoryJournal(), clock: systemClock, signal: session.signal })
    if (outcome.state !== 'DONE') return reportOutcome(outcome, invocation.io)
    printJson(outcome.output ?? {}, invocation.io)
    return 0
  })
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
  const action = actionOf(connector.actions, name, connector.manifest.name)
  return { action, connector: connector.manifest.id, input, key, options: wait === undefined ? {} : { max_wait_seconds: wait } }
}

function actionOf(actions: readonly Action[], name: string, connector: string): Action {
  const found = actions.find((action) => action.name === name)
  if (found) return found
  const known = actions.map((action) => action.name)
  const advice = known.length === 0 ? 'it only reads' : suggest(name, known)
  throw new ConfigError('ERR_ACTION_UNKNOWN', `${connector} has no action '${name}'; ${advice}`)
}

async function known(journal: ActionJournal, key: string | undefined) {
  const record = key === undefined ? undefined : await journal.show(key)
  if (record) return record
  throw new ConfigError('ERR_ACTION_KEY_UNKNOWN', `the journal knows nothing of key ${JSON.stringify(key)}; see connector publish list`)
}

async function withSession(invocation: Invocation, work: (session: Session) => Promise<ExitCode>): Promise<ExitCode> {
  const session = await openSession(invocation)
  try {
    return await work(session)
  } finally {
    session.close()
  }
}

async function withJournal({ options, io }: Invocation, work: (journal: ActionJournal) => Promise<ExitCode>): Promise<ExitCode> {
  const url = storageUrl(text(options, 'journal') ?? 'file:publish-journal', { env: io.env, redactor })
  const journal = await openJournal(url, { clock: systemClock })
  try {
    return await work(journal)
  } finally {
    await journal.close()
  }
}
