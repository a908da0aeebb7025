import { CommanderError, Option, Command as Program } from 'commander'
import { exitCodeOf, exitCodes } from '../compose/exit-code.ts'
import { version } from '../compose/version.ts'
import { asConnectorError, ConfigError } from '../framework/errors.ts'
import type { ExitCode } from '../framework/runtime/ports/run.ts'
import type { Command, CommandGroup, CommandOption, Io } from './command.ts'
import { commands } from './commands.ts'
import { failureSummary, printFailure, printSummary } from './failure.ts'

/** Parses arguments and runs the command they name. Never throws: every error becomes one message on stderr and an exit code. */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: ExitCode = 0
  let command: Command | undefined
  const program = createProgram(io, async (named, argument, options) => {
    command = named
    exitCode = await Promise.race([named.run({ argument, options, io }), ...(io.abandoned === undefined ? [] : [io.abandoned])])
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) return wrongUsage(thrown, argv, io)
    const error = asConnectorError(thrown)
    await printFailure(error, { io, debug: argv.includes('--debug') })
    if (command?.isRun) await printSummary(failureSummary(error), io)
    return exitCodeOf(error)
  }
}

/** Help ends this way too. The message is printed already; programs that started a run find its summary below. */
async function wrongUsage({ exitCode, message }: CommanderError, [name = '']: readonly string[], io: Io): Promise<ExitCode> {
  if (exitCode === 0) return 0
  const meant = commands.find((command) => command.name === name)
  const isRun = meant !== undefined && ('subcommands' in meant ? meant.fallback?.isRun : meant.isRun)
  const error = new ConfigError('ERR_USAGE', message.replace(/^error: /, ''))
  if (isRun && io.stderr.isTTY !== true) await printSummary(failureSummary(error), io)
  return 2
}

/** The command line: parsing calls `run` with the command that was named. Throws CommanderError after help and for wrong usage. */
export function createProgram({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>, run: Action): Program {
  const program = new Program('connector')
    .description('Declarative connectors: YAML manifests in, records, state and schemas out.')
    .version(version())
    // What stands behind a command is the command's: `metrics --version` is not the version of this program.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) })
    .addHelpText(
      'after',
      `\nCONNECTOR is a manifest file, an id (conn::…) or a product name; CONNECTOR_MANIFEST is its default.\nExit codes: ${exits}.`,
    )
  for (const command of commands) registerAll(program, command, run)
  return program
}

const exits = Object.entries(exitCodes)
  .map(([code, meaning]) => `${code} ${meaning}`)
  .join(', ')

type Action = (command: Command, argument: string | undefined, options: Record<string, string | string[] | boolean>) => Promise<void>

function registerAll(program: Program, command: Command | CommandGroup, action: Action): void {
  if (!('subcommands' in command)) {
    register(program, command, action)
    return
  }
  const all = [...(command.fallback ? [command.fallback] : []), ...command.subcommands]
  const group = program.command(command.name).description(command.summary)
  group.addHelpText('after', examplesText(all.flatMap(({ examples }) => examples.slice(0, 1))))
  for (const subcommand of command.subcommands) register(group, subcommand, action)
  if (command.fallback) define(group.command(command.fallback.name, { isDefault: true }), command.fallback, action)
}

function register(program: Program, command: Command, action: Action): void {
  define(program.command(command.name), command, action)
}

function define(entry: Program, command: Command, action: Action): void {
  entry.description(command.summary)
  if (command.argument) entry.argument(command.argument.name, command.argument.description)
  for (const option of [...command.options, PACKAGES, DEBUG]) entry.addOption(commanderOption(option))
  entry.addHelpText('after', examplesText(command.examples))
  entry.action(async (...received: unknown[]) => {
    const [first] = received
    await action(command, command.argument && typeof first === 'string' ? first : undefined, entry.opts())
  })
}

const examplesText = (examples: readonly string[]): string =>
  `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n  ${examples.join('\n  ')}`

const PACKAGES: CommandOption = {
  flags: '--packages <module>',
  description: 'JavaScript module that exports `packages`: further connectors; its code is run; default: CONNECTOR_PACKAGES',
}

const DEBUG: CommandOption = { flags: '--debug', description: 'more log lines, stack traces with errors' }

function commanderOption({ flags, description, choices, repeat, default: fallback }: CommandOption): Option {
  const option = new Option(flags, description)
  if (choices) option.choices([...choices])
  if (fallback !== undefined) option.default(fallback)
  if (repeat) option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value])
  return option
}
