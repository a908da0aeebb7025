import { defined } from '../../../framework/defined.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import type { Memory } from '../../meta/cursors/memory-cursor.ts'
import { CountTable } from './count-table.ts'

/**
 * What is remembered of the media of one account from look to look. Its size does not grow with the media: at most two kilobytes of
 * counts and about a hundred cuts. Times are whole seconds since the epoch.
 */
export interface MediaCheckpoint {
  /** When the last look began. */
  readonly looked: number
  /** Media from here on belonged to the window then; the counts are those of the older ones. */
  readonly recent: number
  readonly counts: CountTable
  /** Media older than the window. */
  readonly older: number
  /** Times, newest first, that cut the older media into lists of at most ninety. */
  readonly cuts: readonly number[]
  /** UTC day (since the epoch) on which the older media were last looked through. */
  readonly day: number
  /** The sweep continues with media older than this; undefined: with the newest of the older ones. */
  readonly swept: number | undefined
  /** Media up to here were posted before the account became a business: they have no insights, ever. */
  readonly converted: number | undefined
  /** The first look was interrupted: media older than this were not listed yet. */
  readonly rest: number | undefined
}

const MAX_CUTS = 400

/** As it stands in the state. */
export function writeCheckpoint(memory: MediaCheckpoint): Memory {
  const { looked, recent, counts, older, cuts, day, swept, converted, rest } = memory
  return {
    version: 1,
    looked,
    recent,
    counts: counts.text(),
    older,
    cuts: cuts.map((cut) => cut.toString(36)).join(' '),
    day,
    ...defined({ swept, converted, rest }),
  }
}

/** The checkpoint of a page, unless the stream was further than the look that it shares. */
export function checkpointOf(memory: MediaCheckpoint | undefined, own: MediaCheckpoint | undefined): { readonly checkpoint?: Memory } {
  if (!memory || (memory.rest !== undefined && own && (own.rest === undefined || own.rest < memory.rest))) return {}
  return { checkpoint: writeCheckpoint(memory) }
}

/** Throws ConnectorError ERR_STATE_INVALID for what this version did not write. */
export function readCheckpoint(memory: Memory | undefined): MediaCheckpoint | undefined {
  if (memory === undefined) return undefined
  const whole = (name: string) => {
    const value = memory[name]
    if (Number.isSafeInteger(value)) return Number(value)
    throw invalid(name)
  }
  const maybe = (name: string) => (memory[name] === undefined ? undefined : whole(name))
  if (memory['version'] !== 1) throw invalid('version')
  const counts = CountTable.read(String(memory['counts']))
  if (!counts) throw invalid('counts')
  return {
    looked: whole('looked'),
    recent: whole('recent'),
    counts,
    older: whole('older'),
    cuts: readCuts(memory['cuts']),
    day: whole('day'),
    swept: maybe('swept'),
    converted: maybe('converted'),
    rest: maybe('rest'),
  }
}

function readCuts(text: unknown): readonly number[] {
  if (text === '') return []
  const cuts = String(text)
    .split(' ')
    .map((cut) => Number.parseInt(cut, 36))
  if (cuts.length > MAX_CUTS || !cuts.every(Number.isSafeInteger)) throw invalid('cuts')
  return cuts
}

/**
 * True when a look that starts from `base` shows all that one from `own` would: it covers what was not listed, and goes back at least
 * as far. That is so when both streams of an account were read together before, and always when nothing is remembered.
 */
export function covers(base: MediaCheckpoint | undefined, own: MediaCheckpoint | undefined): boolean {
  if (!base) return true
  if (!own || base.looked > own.looked || base.recent > own.recent) return false
  return own.rest === undefined ? true : base.rest !== undefined && base.rest >= own.rest
}

function invalid(name: string): ConnectorError {
  const message = `the state cannot be used: ${name} of its checkpoint is unknown. Reset the stream's state or correct it`
  return new ConnectorError('ERR_STATE_INVALID', message, { failureType: 'config_error' })
}
