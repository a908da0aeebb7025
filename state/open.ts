import { byScheme, type Clock, folderOf, leaseTime, type StateRegistry } from '../framework/index.ts'
import { stateRegistryForms } from './url-forms.ts'

export interface StateRegistryOptions {
  readonly clock: Clock
  /** CONNECTOR_LEASE_SECONDS, credentials and endpoint of S3; the environment of the process unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

type Open = (url: string, options: StateRegistryOptions) => Promise<StateRegistry>

const leased = ({ clock, env = process.env }: StateRegistryOptions) => ({ clock, env, staleAfter: leaseTime(env) })

const postgres: Open = async (url, options) => (await import('./postgres.ts')).postgresStateRegistry(url, leased(options))

/** Every kind of state registry; an implementation is loaded when it is asked for. */
const schemes: Readonly<Record<keyof typeof stateRegistryForms, Open>> = {
  file: async (url, options) => (await import('./file.ts')).fileStateRegistry(folderOf(url, 'ERR_STATE_URL'), leased(options)),
  s3: async (url, options) => (await import('./s3.ts')).s3StateRegistry(url, leased(options)),
  postgres,
  postgresql: postgres,
}

/** Tells the URL of a registry from the path of a state file; `C:\state.json` is a path. */
export const isStateRegistryUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(text)

/** Throws ConfigError ERR_STATE_URL for a scheme that is not known or a URL that names no place. */
export async function openStateRegistry(url: string, options: StateRegistryOptions): Promise<StateRegistry> {
  const kind = { what: 'state registry', code: 'ERR_STATE_URL', forms: stateRegistryForms }
  return byScheme(schemes, url, kind)(url, options)
}
