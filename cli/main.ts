#!/usr/bin/env node
// The only file that touches argv, the exit code and signals.
import { setFlagsFromString } from 'node:v8'
import { diskAdvice } from '../framework/durable-file.ts'
import { ConnectorError, StoppedError } from '../framework/errors.ts'
import type { Io } from './command.ts'

// A read makes garbage page by page and keeps little. Left alone, V8 lets the heap grow to several times that before it collects;
// this keeps the resident size flat, however many rows go by (`npm run bench` shows it).
setFlagsFromString('--heap-growing-percent=20')

const stop = new AbortController()
let hurried: ((signal: string) => string) | undefined
let signals = 0

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    signals += 1
    // The first signal ends the run in good order; the second one is for people who cannot wait.
    if (signals > 1) {
      process.stderr.write(hurried?.(signal) ?? '')
      process.exit(3)
    }
    stop.abort(new StoppedError('ERR_SIGNAL', `stopped by ${signal}; what is committed stays, run again to resume`))
  })
}

// A reader that goes away (`| head`) ends the run quietly; there is nobody left to tell. Anything else, such as a full disk, is an
// error: a read ends with it by itself, and what else printed into the void says so at the end.
let unprinted: Error | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') stop.abort(new StoppedError('ERR_OUTPUT_CLOSED', 'the reader of stdout is gone'))
  else unprinted ??= error
})
process.on('exit', () => {
  if (!unprinted || process.exitCode !== 0) return
  process.exitCode = 1
  process.stderr.write(`stdout cannot be written (${unprinted.message}). ${diskAdvice(unprinted)}\n`)
})
process.stderr.on('error', () => stop.abort(new StoppedError('ERR_OUTPUT_CLOSED', 'the reader of stderr is gone')))

// Without this Node would end with 13 and say nothing: the command waits for something that nobody will ever do.
const abandoned = new Promise<never>((_resolve, reject) => {
  process.once('beforeExit', () => {
    const message = 'the program ran out of work before the command was done; what is committed stays, run again to resume'
    reject(new ConnectorError('ERR_UNEXPECTED', message, { failureType: 'system_error' }))
  })
})
abandoned.catch(() => undefined)

const written = (stream: NodeJS.WritableStream) => new Promise<void>((resolve) => void stream.write('', () => resolve()))

const io: Io = { stdout: process.stdout, stderr: process.stderr, env: process.env, signal: stop.signal, abandoned }
// Only now: the rest of the program takes a while to load, and signals count from the start.
hurried = (await import('./failure.ts')).hurriedSummary
const { runProgram } = await import('./program.ts')
process.exitCode = await runProgram(process.argv.slice(2), io)
await Promise.all([written(process.stdout), written(process.stderr)])
// A connection that nobody waits for any more must not keep the process.
process.exit()
