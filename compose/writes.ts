import { type FormatName, writesOf } from '../destinations/open.ts'
import { ConfigError, ConnectorError } from '../framework/errors.ts'
import type { ConfiguredChoice } from '../framework/runtime/assembly/configured-choice.ts'
import { commonWrites, type DestinationReport, type WriteAbility } from '../framework/runtime/ports/destination.ts'
import type { WriteMode } from '../framework/runtime/ports/stream-write.ts'
import type { CatalogMatch } from '../framework/runtime/read/catalog-match.ts'
import { protocolName } from '../framework/runtime/read/configured-catalog.ts'
import { planWrites, type WritePlan } from '../framework/runtime/read/plan-writes.ts'
import type { RunReporter } from '../framework/runtime/read/run-reporter.ts'
import type { Output, ReadRequest } from './read-request.ts'
import type { OpenState } from './read-setup.ts'
import type { Session } from './session.ts'

/** What is asked of outputs. */
export interface AskedWrites {
  readonly write?: WriteMode | undefined
  readonly choices?: readonly ConfiguredChoice[]
  readonly format?: FormatName | undefined
}

/**
 * What all outputs can do. Throws ConfigError ERR_WRITE_MODE when one of them cannot do what the flags or the catalog ask for: nothing was
 * sent then.
 */
export function checkOutputs(outputs: readonly Output[], { write: asked, choices = [], format = 'airbyte' }: AskedWrites): WriteAbility {
  const abilities = outputs.map((output) => writesOf(output, { format }))
  for (const [index, ability] of abilities.entries()) {
    const place = nameOf(outputs[index])
    if (asked === undefined) for (const choice of choices) checkChoice(place, ability, choice)
    else if (!can(ability === 'reader' ? ['append'] : ability, asked)) throw cannot(place, `--write ${asked}`, ability)
  }
  return commonWrites(abilities)
}

function checkChoice(place: string, ability: WriteAbility, { name, write }: ConfiguredChoice): void {
  if (write === undefined || ability === 'reader' || can(ability, write)) return
  throw cannot(place, `destination_sync_mode '${protocolName(write)}' of stream '${name}'`, ability)
}

const can = (modes: readonly WriteMode[], mode: WriteMode): boolean => modes.includes(mode)

export const choicesOf = ({ catalog = [] }: ReadRequest): readonly ConfiguredChoice[] =>
  catalog.filter((entry) => typeof entry !== 'string')

/** Only the kind of place: the rest may hold a password. */
function nameOf(output: Output | undefined): string {
  if (output === '-' || output === 'stdout') return 'stdout'
  return (typeof output === 'string' ? /^[a-z]+(?=:)/.exec(output)?.[0] : undefined) ?? 'the destination'
}

function cannot(place: string, what: string, ability: WriteAbility): ConfigError {
  const modes = ability === 'reader' ? ['append'] : ability
  const advice = `Choose ${modes.includes('replace') ? `--write ${modes.join(' or ')}` : 'another way of writing'}, or another --output, such as duckdb:FILE.`
  const message = `${place} cannot do ${what}: it can ${modes.join(' or ')}. ${advice}`
  return new ConfigError('ERR_WRITE_MODE', message)
}

/** How the streams are written and where they are read from; what has to be known about it is logged. */
export function planRead(
  session: Session,
  { catalog, state, ability }: { readonly catalog: CatalogMatch; readonly state: OpenState; readonly ability: WriteAbility },
  request: ReadRequest,
): WritePlan {
  const plan = planWrites(catalog.streams, request, {
    ...{ runId: session.run.id, states: state.streams, ability },
    hasRegistry: state.lease !== undefined,
    isBackfill: request.from !== undefined || request.to !== undefined,
  })
  for (const warning of plan.warnings) session.report.log('warn', warning)
  return plan
}

/** Says what a read replaced, and which rows it had to leave. */
export function reportReplaced(
  report: Pick<RunReporter, 'log' | 'finding'>,
  { rows, replaced = {}, unowned = {} }: DestinationReport,
): void {
  for (const [stream, before] of Object.entries(replaced)) {
    report.log('info', `stream ${stream}: ${rows[stream] ?? 0} rows of this run replaced ${before} rows`, { stream })
  }
  for (const [place, count] of Object.entries(unowned)) {
    const message = `${place} has ${count} rows from before rows said which stream they are of (_stream); they stay. Set _stream, or delete them.`
    report.finding({ severity: 'warning', error: new ConnectorError('ERR_ROWS_UNOWNED', message) })
  }
}
