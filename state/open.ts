import { fileURLToPath } from 'node:url'
import { type Clock, ConfigError, type StateRegistry, suggest } from '../framework/index.ts'
import { leaseTime } from './lease-time.ts'

export interface StateRegistryOptions {
  readonly clock: Clock
  /** CONNECTOR_LEASE_SECONDS, credentials and endpoint of S3; the environment of the process unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

interface Scheme {
  /** How the URL looks, for messages and help. */
  readonly form: string
  open(url: string, options: StateRegistryOptions): Promise<StateRegistry>
}

/** Every kind of state registry; an implementation is loaded when it is asked for. */
const schemes: Readonly<Record<string, Scheme>> = {
  file: {
    form: 'file:DIR',
    open: async (url, options) => (await import('./file.ts')).fileStateRegistry(directoryOf(url), leased(options)),
  },
  s3: {
    form: 's3://BUCKET/PREFIX',
    open: async (url, options) => (await import('./s3.ts')).s3StateRegistry(url, leased(options)),
  },
  postgres: { form: 'postgres://…', open: openPostgresRegistry },
  postgresql: { form: 'postgresql://…', open: openPostgresRegistry },
}

const leased = ({ clock, env = process.env }: StateRegistryOptions) => ({ clock, env, staleAfter: leaseTime(env) })

async function openPostgresRegistry(url: string, options: StateRegistryOptions): Promise<StateRegistry> {
  return (await import('./postgres.ts')).postgresStateRegistry(url, leased(options))
}

/** Forms of URL that {@link openStateRegistry} takes. */
export const stateRegistryForms: readonly string[] = Object.values(schemes).map(({ form }) => form)

/** Tells the URL of a registry from the path of a state file; `C:\state.json` is a path. */
export const isStateRegistryUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(text)

/** Throws ConfigError ERR_STATE_URL for a scheme that is not known or a URL that names no place. */
export async function openStateRegistry(url: string, options: StateRegistryOptions): Promise<StateRegistry> {
  const name = url.slice(0, url.indexOf(':')).toLowerCase()
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined
  if (scheme) return scheme.open(url, options)
  const message = `no state registry for ${JSON.stringify(url)}: unknown scheme '${name}'; ${suggest(name, Object.keys(schemes))} (${stateRegistryForms.join(', ')})`
  throw new ConfigError('ERR_STATE_URL', message)
}

function directoryOf(url: string): string {
  const path = url.slice('file:'.length)
  const directory = path.startsWith('//') ? fileURLToPath(url) : path
  if (directory === '') throw new ConfigError('ERR_STATE_URL', `${url} names no directory; write file:DIR`)
  return directory
}
