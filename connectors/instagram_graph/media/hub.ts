import { setImmediate as immediately } from 'node:timers/promises'
import type { Services } from '../../../framework/manifest/definition/component.ts'
import { covers } from './checkpoint.ts'
import { ownCopy } from './own-copy.ts'
import type { ScanPage } from './page.ts'
import type { MediaScan } from './scan.ts'
import { SharedPages } from './shared-pages.ts'

/** The streams that are made from one listing of media. */
export type MediaStream = 'media' | 'insights'

interface Reading {
  /** The one whose memory covers what the streams remember; it may change until it begins. */
  look: MediaScan
  hasBegun: boolean
  /** Resolves when another stream comes. */
  readonly joined: Promise<void>
  readonly join: () => void
  readonly pages: SharedPages<ScanPage, MediaStream>
}

/** Pages kept over all accounts for streams that have not begun. */
const MAX_KEPT = 300

/**
 * Where `media` and `media_insights` of one run meet: the list of an account is read once, by whichever stream comes first, and its pages
 * go to both. A stream that comes too late, or remembers more than the other one, lists on its own; calls are lost then, never rows.
 */
export class MediaHub {
  /** When the run began, epoch milliseconds: all looks of a run have the same time. */
  readonly at: number
  readonly #announced = new Set<MediaStream>()
  readonly #readings = new Map<string, Reading>()

  constructor(at: number) {
    this.at = at
  }

  /** The stream will be read in this run. */
  announce(stream: MediaStream): void {
    this.#announced.add(stream)
  }

  /** Is the stream read in this run, as far as it is known? */
  expects(stream: MediaStream): boolean {
    return this.#announced.has(stream)
  }

  /** Pages of an account for one stream. `look` starts the listing when it has to be made; `key` tells ranges apart. */
  open(stream: MediaStream, account: string, look: MediaScan): AsyncGenerator<ScanPage> {
    const known = this.#readings.get(account)
    if (known && joins(known, look) && known.pages.offers(stream)) {
      known.join()
      return this.#read(known, stream, account)
    }
    this.#makeRoom()
    const reading = this.#open(look, new Set([...this.#announced, stream]))
    if (known) reading.pages.forgetOthers(stream)
    else this.#readings.set(account, reading)
    return this.#read(reading, stream, account)
  }

  #open(look: MediaScan, expected: ReadonlySet<MediaStream>): Reading {
    let join = (): void => undefined
    const joined = new Promise<void>((resolve) => {
      join = resolve
    })
    const pages = new SharedPages(
      pagesOf(() => reading, expected.size),
      expected,
    )
    const reading: Reading = { look, hasBegun: false, joined, join, pages }
    return reading
  }

  async *#read(reading: Reading, stream: MediaStream, account: string): AsyncGenerator<ScanPage> {
    try {
      yield* reading.pages.read(stream)
    } catch (thrown) {
      // Each stream says in its own copy where it happened.
      throw ownCopy(thrown)
    } finally {
      if (reading.pages.isOver && this.#readings.get(account) === reading) this.#readings.delete(account)
    }
  }

  /** The oldest go first: with so many accounts under way the streams are far apart. */
  #makeRoom(): void {
    let kept = 0
    for (const { pages } of this.#readings.values()) kept += pages.kept
    for (const [account, { pages }] of this.#readings) {
      if (kept <= MAX_KEPT) return
      kept -= pages.kept
      pages.forgetLatecomers()
      if (pages.isOver) this.#readings.delete(account)
    }
  }
}

/** Waits for the other stream, which may begin at the same moment and remember less. */
async function* pagesOf(reading: () => Reading, streams: number): AsyncGenerator<ScanPage, void> {
  if (streams > 1) await Promise.race([reading().joined, immediately()])
  reading().hasBegun = true
  yield* reading().look.pages()
}

/** Whether the look of a reading shows all that another one would. Of two that were interrupted, the one that is behind does. */
function joins(reading: Reading, look: MediaScan): boolean {
  const { look: first } = reading
  if (first.key !== look.key) return false
  if (covers(first.memory, look.memory)) return true
  if (reading.hasBegun || first.memory?.rest === undefined || !covers(look.memory, first.memory)) return false
  reading.look = look
  return true
}

/** The hub of a run. */
export function mediaHub({ clock, shared }: Services): MediaHub {
  return shared('media hub', () => new MediaHub(clock.now()))
}
