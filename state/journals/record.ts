import { type ActionRecord, ConfigError, isObject } from '../../framework/index.ts'

const FORMAT = 1

/** A record as the journal stores it. */
export function recordText(record: ActionRecord): string {
  return `${JSON.stringify({ format: FORMAT, ...record })}\n`
}

/** Throws ConfigError ERR_JOURNAL_UNREADABLE: a record that cannot be read must never pass for one that is not there. */
export function readRecord(text: string, place: string): ActionRecord {
  const value = parse(text, place)
  const { format, ...record } = value
  if (typeof format === 'number' && format > FORMAT) {
    throw new ConfigError('ERR_JOURNAL_FORMAT_NEWER', `${place} was written by a newer version of this program; use that one`)
  }
  const texts = ['key', 'connector', 'action', 'account', 'fingerprint', 'state', 'startedAt', 'updatedAt']
  const sound = texts.every((field) => typeof record[field] === 'string') && isObject(record['steps']) && isObject(record['input'])
  // The fields were looked at; what is inside steps and input was written by this program.
  if (sound) return record as unknown as ActionRecord
  throw unreadable(place, 'it holds no record of an action')
}

function parse(text: string, place: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return { ...value }
  } catch (cause) {
    throw unreadable(place, cause instanceof Error ? cause.message : String(cause))
  }
  throw unreadable(place, 'it holds no record of an action')
}

function unreadable(place: string, reason: string): ConfigError {
  const message = `the journal entry ${place} cannot be read (${reason}). Look at the account before you remove it: without it the post may be made twice.`
  return new ConfigError('ERR_JOURNAL_UNREADABLE', message)
}
