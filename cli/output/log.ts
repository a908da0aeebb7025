import type { Writable } from 'node:stream'
import type { Clock } from '../../framework/clock.ts'
import type { Logger } from '../../framework/runtime/read/run-reporter.ts'
import { neutralise, wantsColour } from './terminal-text.ts'

type Level = 'debug' | 'info' | 'warn' | 'error'

export interface LogOptions {
  readonly stream: Writable & { readonly isTTY?: boolean }
  readonly clock: Clock
  /** The least level that is shown. */
  readonly level: Level
  readonly redact: (text: string) => string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes the lines of a terminal when something else is drawn there; default: the stream. */
  readonly print?: (line: string) => void
}

/** On a terminal lines for people, otherwise one JSON object per line: `{"level":"warn","time":"…","msg":"…",…fields}`. */
export function createLogger(options: LogOptions): Promise<Logger> {
  return options.stream.isTTY === true ? createTerminalLogger(options) : createJsonLogger(options)
}

const ranks: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

async function createTerminalLogger({ stream, clock, level, redact, env, print }: LogOptions): Promise<Logger> {
  const { default: pc } = await import('picocolors')
  const { dim, yellow, red } = pc.createColors(wantsColour(stream, env))
  const paint: Readonly<Record<Level, (text: string) => string>> = { debug: dim, info: (text) => text, warn: yellow, error: red }
  const write = print ?? ((line: string) => void stream.write(`${line}\n`))
  return {
    log(at, message, fields = {}) {
      if (ranks[at] < ranks[level]) return
      const details = Object.entries(fields).map(([name, value]) => dim(` ${name}=${neutralise(redact(textOf(value)))}`))
      const time = new Date(clock.now()).toISOString().slice(11, 19)
      write(`${dim(time)} ${paint[at](at.padEnd(5))} ${neutralise(redact(message))}${details.join('')}`)
    },
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))

async function createJsonLogger({ stream, clock, level, redact }: LogOptions): Promise<Logger> {
  const { pino } = await import('pino')
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redact },
    },
    stream,
  )
  return { log: (at, message, fields = {}) => logger[at](fields, message) }
}
