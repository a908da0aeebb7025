import { WRITE_MODES } from '../framework/runtime/ports/stream-write.ts'
import type { WriteRequest } from '../framework/runtime/read/plan-writes.ts'
import { formsText } from '../framework/url-forms.ts'
import { schemaRegistryForms } from '../schemas/url-forms.ts'
import { stateRegistryForms } from '../state/url-forms.ts'
import { type CommandOption, type Invocation, text } from './command.ts'

/** Options that several commands share. */
export const CONNECTOR = { name: '[connector]', description: 'manifest file, id or product' }

const CONFIG: CommandOption = { flags: '--config <file>', description: 'JSON or YAML file with the connector config' }

const UPDATE_CONFIG: CommandOption = {
  flags: '--update-config',
  description: 'rewrite the --config file when the provider replaces credentials in it, such as refresh tokens of a single use',
}

export const COMPONENTS: CommandOption = {
  flags: '--components <module>',
  description: 'JavaScript module that exports `components`: implementations of the classes that a manifest names; its code is run',
}

/** What opens a connector. */
export const SESSION: readonly CommandOption[] = [CONFIG, UPDATE_CONFIG, COMPONENTS]

export const NETWORK: readonly CommandOption[] = [
  { flags: '--max-requests <n>', description: 'stop, resumable, before the request that would exceed this number' },
  { flags: '--deadline <seconds>', description: 'stop, resumable, after this time; waits for rate limits included' },
]

export const SELECT: CommandOption = {
  flags: '--select <streams>',
  description: 'streams by name or kind, comma separated; * stands for any text',
  repeat: true,
}

export const STATE: CommandOption = {
  flags: '--state <file-or-url>',
  description: `a JSON file (input only), or a registry: ${formsText(stateRegistryForms, 'env:NAME')} (loaded and committed to)`,
}

export const UNKNOWN_STATE: CommandOption = {
  flags: '--ignore-unknown-state',
  description:
    'continue with a state that names no stream of the connection, or that no cursor reads; such streams are read from their start',
}

export const LOCK_TIMEOUT: CommandOption = {
  flags: '--lock-timeout <seconds>',
  description: 'how long to wait for a DuckDB file that another process holds; default: 10',
}

export const CONNECTION: CommandOption = { flags: '--connection <name>', description: 'whose state this is; default: the product name' }

export const REGISTRY: CommandOption = { flags: '--state <url>', description: `the registry: ${formsText(stateRegistryForms, 'env:NAME')}` }

export const SCHEMAS: CommandOption = {
  flags: '--schemas <url>',
  description: `schema registry: ${formsText(schemaRegistryForms, 'env:NAME')}; without one nothing is watched`,
}

/** How rows are written. */
export const WRITES: readonly CommandOption[] = [
  {
    flags: '--write <mode>',
    description:
      'append rows, merge them by their key, or replace those of each stream once it is complete; default: as the catalog says, else merge where there is a key',
    choices: ['append', 'merge', 'replace'],
  },
  { flags: '--full-refresh', description: 'read from the start, whatever the state; an interrupted full refresh is resumed' },
]

/** What {@link WRITES} ask for. */
export const writeRequest = ({ options }: Invocation): WriteRequest => ({
  write: WRITE_MODES.find((mode) => mode === text(options, 'write')),
  fullRefresh: options['fullRefresh'] === true,
})
