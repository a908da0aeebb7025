import type { ExitCode } from '../../framework/runtime/run.ts'
import type { Command, Invocation } from '../command.ts'
import { CONNECTION, CONNECTOR, NETWORK, SCHEMAS, SELECT, SESSION, STATE } from '../options.ts'
import { protocolErrors } from '../protocol-errors.ts'

export const read: Command = {
  name: 'read',
  summary: 'read records; resumes from a state, writes to stdout or a destination',
  argument: CONNECTOR,
  options: [
    ...SESSION,
    { flags: '--catalog <file>', description: 'configured catalog; default: every stream discovered' },
    SELECT,
    STATE,
    CONNECTION,
    {
      flags: '--output <url>',
      description: 'stdout, jsonl:DIR, duckdb:FILE, postgres://…, env:NAME; may be given twice; default: stdout',
      repeat: true,
    },
    { flags: '--tables <layout>', description: 'in databases, streams of one kind in one table or not', choices: ['shared', 'per_stream'] },
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
    { flags: '--limit <n>', description: 'rows per stream, to have a look; the state of a stream cut off does not move' },
    { flags: '--concurrency <n>', description: 'slices read at the same time' },
  ],
  run: (invocation) => protocolErrors(invocation.io, () => readAll(invocation)),
}

async function readAll(invocation: Invocation): Promise<ExitCode> {
  const {
    openSession,
    openState,
    readCatalog,
    openDisplay,
    openOutput,
    read: readStreams,
    readOptions,
    commitState,
    observeDrift,
    openDrift,
    recordRun,
  } = await loadPipeline()
  const session = await openSession(invocation)
  await using state = await openState(session, invocation)
  const catalog = await readCatalog(session, invocation)
  await using display = await openDisplay(session, catalog, invocation.io)
  await using drift = await openDrift(session, { catalog, connection: state.connection }, invocation)
  await using destination = await openOutput(session, { catalog: drift.catalog, state }, invocation)
  const options = readOptions(session, state, invocation)
  await using recording = await recordRun(session, { log: state.runs, connection: state.connection, backfill: options.range })
  const items = commitState(destination.write(observeDrift(readStreams(drift.catalog, options), drift.watch, session.report)), state.lease)
  for await (const item of items) {
    display.show(item)
    await recording.observe(item)
  }
  await recording.finish(destination.report())
  return display.finish(destination.report())
}

/** On its own, because the compiler leaves the paths of imports inside a function with `await using` as they are. */
async function loadPipeline() {
  return {
    ...(await import('../session.ts')),
    ...(await import('../read-setup.ts')),
    ...(await import('../display.ts')),
    ...(await import('../drift.ts')),
    ...(await import('../run-recording.ts')),
    ...(await import('../../framework/runtime/read.ts')),
    ...(await import('../../framework/runtime/observe-drift.ts')),
    ...(await import('../../framework/runtime/commit-state.ts')),
  }
}
