import type { Writable } from 'node:stream'
import type { ExitCode } from '../framework/runtime/ports/run.ts'

export interface CommandOption {
  /** As commander reads it: `--config <file>`. */
  readonly flags: string
  readonly description: string
  readonly choices?: readonly string[]
  /** May be given several times. */
  readonly repeat?: true
  readonly default?: string
}

/** What the process gives a command; the only way to it. */
export interface Io {
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted with a StoppedError by SIGINT, SIGTERM and a closed stdout. */
  readonly signal: AbortSignal
  /** Rejects with ERR_UNEXPECTED when the event loop runs empty before the command is done. */
  readonly abandoned?: Promise<never>
}

export type OptionValues = Readonly<Record<string, string | readonly string[] | boolean | undefined>>

export interface Invocation {
  readonly argument: string | undefined
  readonly options: OptionValues
  readonly io: Io
}

/** One command of the command line. Light to import: what it needs to run is imported by `run`. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** `[connector]`, `<file>`, … */
  readonly argument?: { readonly name: string; readonly description: string }
  readonly options: readonly CommandOption[]
  /** Whole lines as they are typed, `connector read …`; shown by `--help`. */
  readonly examples: readonly string[]
  /** A run: also a failure ends with a summary, one line of JSON, the last on stderr. */
  readonly isRun?: true
  readonly run: (invocation: Invocation) => Promise<ExitCode>
}

/** Commands under one name: `connector state show`. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly subcommands: readonly Command[]
  /** Run when the group is given no subcommand: `connector publish instagram_publish`. */
  readonly fallback?: Command
}

export function text(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

export function texts(options: OptionValues, name: string): readonly string[] {
  const value = options[name]
  if (Array.isArray(value)) return value
  return typeof value === 'string' ? [value] : []
}
