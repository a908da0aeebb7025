import { fileURLToPath } from 'node:url'
import { type ActionJournal, type Clock, ConfigError, memoryJournal, suggest } from '../../framework/index.ts'
import { leaseTime } from '../lease-time.ts'

export interface JournalOptions {
  readonly clock: Clock
  /** For CONNECTOR_LEASE_SECONDS; the environment of the process unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

interface Scheme {
  /** How the URL looks, for messages and help. */
  readonly form: string
  open(url: string, options: JournalOptions): Promise<ActionJournal>
}

const leased = ({ clock, env = process.env }: JournalOptions) => ({ clock, staleAfter: leaseTime(env) })

const postgres = async (url: string, options: JournalOptions) => (await import('./postgres.ts')).postgresJournal(url, leased(options))

/** Every kind of journal; an implementation is loaded when it is asked for. */
const schemes: Readonly<Record<string, Scheme>> = {
  file: {
    form: 'file:DIR',
    open: async (url, options) => (await import('./file.ts')).fileJournal(directoryOf(url), leased(options)),
  },
  postgres: { form: 'postgres://…', open: postgres },
  postgresql: { form: 'postgresql://…', open: postgres },
  memory: { form: 'memory:', open: async () => memoryJournal() },
}

/** Throws ConfigError ERR_JOURNAL_URL for a scheme that is not known or a URL that names no place. */
export async function openJournal(url: string, options: JournalOptions): Promise<ActionJournal> {
  const name = url.slice(0, Math.max(0, url.indexOf(':'))).toLowerCase()
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined
  if (scheme) return scheme.open(url, options)
  const forms = Object.values(schemes).map(({ form }) => form)
  const message = `no journal for ${JSON.stringify(url)}: unknown scheme '${name}'; ${suggest(name, Object.keys(schemes))} (${forms.join(', ')})`
  throw new ConfigError('ERR_JOURNAL_URL', message)
}

function directoryOf(url: string): string {
  const path = url.slice('file:'.length)
  const directory = path.startsWith('//') ? fileURLToPath(url) : path
  if (directory === '') throw new ConfigError('ERR_JOURNAL_URL', `${url} names no directory; write file:DIR`)
  return directory
}
