import type { ReadRequest } from '../../compose/read-request.ts'
import { destinationForms } from '../../destinations/url-forms.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { formsText } from '../../framework/url-forms.ts'
import type { Command, Invocation } from '../command.ts'
import { printFailure, printSummary } from '../failure.ts'
import { CONNECTION, CONNECTOR, LOCK_TIMEOUT, NETWORK, SCHEMAS, SELECT, SESSION, STATE, UNKNOWN_STATE, WRITES } from '../options.ts'
import { tellPlatform } from '../protocol/errors.ts'
import type { Display } from './display.ts'

export const read: Command = {
  name: 'read',
  summary: 'read records; resumes from a state, writes to stdout or a destination',
  examples: [
    'connector read facebook_pages --config config.json --state file:state --output jsonl:data',
    'connector read facebook_pages --config config.json --select page_insights --from 2026-01-01 --to 2026-02-01',
  ],
  argument: CONNECTOR,
  options: [
    ...SESSION,
    { flags: '--catalog <file>', description: 'configured catalog; default: every stream discovered' },
    SELECT,
    STATE,
    UNKNOWN_STATE,
    CONNECTION,
    {
      flags: '--output <url>',
      description: `${formsText(destinationForms, 'env:NAME')}; may be given twice; default: stdout`,
      repeat: true,
    },
    LOCK_TIMEOUT,
    { flags: '--tables <layout>', description: 'in databases, streams of one kind in one table or not', choices: ['shared', 'per_stream'] },
    ...WRITES,
    { flags: '--format <format>', description: 'of stdout', choices: ['airbyte', 'singer', 'jsonl'], default: 'airbyte' },
    SCHEMAS,
    {
      flags: '--on-drift <rules>',
      description:
        'evolve, freeze, discard_row or discard_value; also ASPECT=VERB (tables, columns, data_types) and STREAM:…; needs --schemas',
      repeat: true,
    },
    { flags: '--dead-letters <dir>', description: 'where discarded rows are kept; default: dead-letters' },
    { flags: '--from <date>', description: 'backfill: first day; the state of regular reads is neither used nor changed' },
    { flags: '--to <date>', description: 'backfill: end of the range' },
    ...NETWORK,
    { flags: '--limit <n>', description: 'maximum rows per stream, for a preview; the state of a truncated stream does not move' },
    { flags: '--files <dir>', description: 'where the files go that records come with' },
    { flags: '--concurrency <n>', description: 'slices read at the same time' },
  ],
  isRun: true,
  run: readAll,
}

async function readAll(invocation: Invocation): Promise<ExitCode> {
  const { io, options } = invocation
  const { result, failure, display } = await performed(invocation)
  if (!failure) return (await display?.finish(result)) ?? result.summary.exit_code
  await tellPlatform(failure, io)
  await printFailure(failure, { io, debug: options['debug'] === true })
  await printSummary(result.summary, io)
  return result.summary.exit_code
}

/** The read and what a person sees of it. Flags that ask for nothing possible make a read that failed, too. */
async function performed(invocation: Invocation) {
  const { io } = invocation
  const { openLog } = await import('../session.ts')
  const { readRequest } = await import('./flags.ts')
  const { failedRead, performRead } = await import('../../compose/read.ts')
  const { openDisplay } = await import('./display.ts')
  const log = await openLog(invocation)
  let request: ReadRequest
  try {
    request = await readRequest(invocation, log)
  } catch (thrown) {
    return { ...failedRead(invocation.argument ?? '', thrown), display: undefined }
  }
  let display: Display | undefined
  const { result, failure } = await performRead(request, {
    async opened(session, catalog) {
      display = await openDisplay(session, catalog, { io, log })
    },
    item: (item) => display?.show(item),
  })
  display?.stop()
  return { result, failure, display }
}
