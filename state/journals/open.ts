import { type ActionJournal, byScheme, type Clock, folderOf, leaseTime, memoryJournal } from '../../framework/index.ts'
import { journalForms } from '../url-forms.ts'

export interface JournalOptions {
  readonly clock: Clock
  /** For CONNECTOR_LEASE_SECONDS; the environment of the process unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

type Open = (url: string, options: JournalOptions) => Promise<ActionJournal>

const leased = ({ clock, env = process.env }: JournalOptions) => ({ clock, staleAfter: leaseTime(env) })

const postgres: Open = async (url, options) => (await import('./postgres.ts')).postgresJournal(url, leased(options))

/** Every kind of journal; an implementation is loaded when it is asked for. */
const schemes: Readonly<Record<keyof typeof journalForms, Open>> = {
  file: async (url, options) => (await import('./file.ts')).fileJournal(folderOf(url, 'ERR_JOURNAL_URL'), leased(options)),
  postgres,
  postgresql: postgres,
  memory: async () => memoryJournal(),
}

/** Throws ConfigError ERR_JOURNAL_URL for a scheme that is not known or a URL that names no place. */
export async function openJournal(url: string, options: JournalOptions): Promise<ActionJournal> {
  const kind = { what: 'journal', code: 'ERR_JOURNAL_URL', forms: journalForms }
  return byScheme(schemes, url, kind)(url, options)
}
