import type { Writable } from 'node:stream'
import type { Clock } from '../../framework/clock.ts'
import type { StreamStatus } from '../../framework/protocol/messages.ts'
import type { Item, StreamInfo } from '../../framework/runtime/ports/items.ts'
import { clockTime, counted, grouped, neutralise, shorten } from './terminal-text.ts'

export interface ProgressOptions {
  readonly stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly clock: Clock
  readonly streams: readonly Pick<StreamInfo, 'name' | 'kind'>[]
  /** Totals of the HTTP client so far. */
  readonly network: () => { readonly requests: number; readonly retries: number }
}

/** What a person at a terminal sees of a run. */
export interface Progress {
  observe(item: Item): void
  /** A line above the moving part. */
  print(line: string): void
  /** Removes the moving part. */
  stop(): void
}

/** Milliseconds between two pictures. */
const interval = 100
/** Lines of kinds shown at most; the rest is one line. */
const shownKinds = 12

/** Draws on a terminal only; elsewhere it shows nothing and prints lines as they are. */
export async function createProgress(options: ProgressOptions): Promise<Progress> {
  const { stream, clock } = options
  const print = (line: string) => void stream.write(`${line}\n`)
  if (stream.isTTY !== true) return { observe: () => undefined, print, stop: () => undefined }
  const { createLogUpdate } = await import('log-update')
  // log-update draws on any stream with these properties; its types ask for all of a process stream.
  const update = createLogUpdate(stream as NodeJS.WriteStream)
  const picture = new RunPicture(options)
  const draw = () => update(picture.lines(stream.columns || 80).join('\n'))
  const throttle = createThrottle(clock, draw)
  return {
    observe(item) {
      picture.observe(item)
      throttle.request()
    },
    print(line) {
      update.clear()
      print(line)
      draw()
    },
    stop() {
      throttle.stop()
      update.clear()
      update.done()
    },
  }
}

/** Draws at once, then at most once per interval, and never leaves the last change undrawn. */
function createThrottle(clock: Clock, draw: () => void): { request(): void; stop(): void } {
  const stopped = new AbortController()
  let last = Number.NEGATIVE_INFINITY
  let waiting = false
  const drawNow = () => {
    last = clock.monotonic()
    draw()
  }
  const drawLater = async (wait: number) => {
    waiting = true
    await clock.sleep(wait, stopped.signal).catch(() => undefined)
    waiting = false
    if (!stopped.signal.aborted) drawNow()
  }
  return {
    request() {
      const wait = last + interval - clock.monotonic()
      if (waiting || stopped.signal.aborted) return
      if (wait > 0) void drawLater(wait)
      else drawNow()
    },
    stop: () => stopped.abort(),
  }
}

interface KindPicture {
  total: number
  running: number
  complete: number
  incomplete: number
  rows: number
  limited: boolean
}

/** The run as numbers per kind of stream, which are few however many accounts there are. */
class RunPicture {
  readonly #kinds = new Map<string, KindPicture>()
  readonly #kindOf = new Map<string, string>()
  readonly #options: ProgressOptions
  readonly #started: number

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#started = options.clock.monotonic()
    for (const { name, kind } of options.streams) {
      this.#kindOf.set(name, kind)
      this.#kind(kind).total += 1
    }
  }

  observe(item: Item): void {
    if (item.type === 'page') {
      const kind = this.#kind(item.stream.kind)
      kind.rows += item.rows.length
      kind.limited = false
    } else if (item.message.type === 'TRACE' && item.message.trace.type === 'STREAM_STATUS') {
      const { stream_descriptor, status, reasons } = item.message.trace.stream_status
      const kind = this.#kind(this.#kindOf.get(stream_descriptor.name) ?? stream_descriptor.name)
      changeStatus(kind, status)
      kind.limited = reasons?.some(({ type }) => type === 'RATE_LIMITED') === true
    }
  }

  lines(columns: number): readonly string[] {
    const kinds = [...this.#kinds.entries()]
    const active = kinds.filter(([, kind]) => kind.running > 0 || kind.incomplete > 0 || kind.rows > 0)
    const shown = active.slice(-shownKinds)
    const width = Math.min(40, Math.max(0, ...shown.map(([name]) => name.length)))
    const hidden = active.length - shown.length
    const lines = [
      this.#headline(kinds.map(([, kind]) => kind)),
      ...(hidden > 0 ? [`  … ${counted(hidden, 'more kind')} of streams`] : []),
      ...shown.map(([name, kind]) => `  ${shorten(neutralise(name), width).padEnd(width)}  ${describe(kind)}`),
    ]
    return lines.map((line) => shorten(line, columns - 1))
  }

  #headline(kinds: readonly KindPicture[]): string {
    const sum = (name: 'total' | 'complete' | 'incomplete' | 'rows') => kinds.reduce((total, kind) => total + kind[name], 0)
    const { requests, retries } = this.#options.network()
    const elapsed = clockTime(this.#options.clock.monotonic() - this.#started)
    const done = `${grouped(sum('complete') + sum('incomplete'))} of ${counted(sum('total'), 'stream')}`
    const parts = [
      done,
      counted(sum('rows'), 'row'),
      counted(requests, 'call'),
      ...(retries > 0 ? [`${grouped(retries)} repeated`] : []),
      elapsed,
    ]
    return parts.join(' · ')
  }

  #kind(name: string): KindPicture {
    const known = this.#kinds.get(name) ?? { total: 0, running: 0, complete: 0, incomplete: 0, rows: 0, limited: false }
    this.#kinds.set(name, known)
    return known
  }
}

function changeStatus(kind: KindPicture, status: StreamStatus): void {
  if (status === 'STARTED') kind.running += 1
  if (status !== 'COMPLETE' && status !== 'INCOMPLETE') return
  kind.running = Math.max(0, kind.running - 1)
  kind[status === 'COMPLETE' ? 'complete' : 'incomplete'] += 1
}

function describe(kind: KindPicture): string {
  const parts = [
    `${grouped(kind.complete)}/${grouped(kind.total)}`,
    counted(kind.rows, 'row'),
    ...(kind.incomplete > 0 ? [`${grouped(kind.incomplete)} failed`] : []),
    ...(kind.limited ? ['waiting for the rate limit'] : kind.running > 0 ? [`${grouped(kind.running)} running`] : []),
  ]
  return parts.join('  ')
}
