import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConnectorError, diskAdvice, fileNameOf, type Row } from '../framework/index.ts'
import type { Aspect, Verb } from './contract.ts'

/** What was discarded, and why. */
export interface DeadLetter {
  readonly stream: string
  readonly verb: Verb
  readonly aspect: Aspect
  /** Field names joined by dots. */
  readonly path: string
  readonly reason: string
  /** The whole row as it was read. */
  readonly row: Row
  /** Epoch milliseconds. */
  readonly emitted_at: number
}

export interface DeadLetterFile {
  readonly path: string
  add(letters: readonly DeadLetter[]): void
}

/** `DIR/<connection>.<run>.jsonl`, which exists once it has content. What was added is there before the page continues. */
export function deadLetterFile(directory: string, connection: string, runId: string): DeadLetterFile {
  const path = join(directory, `${fileNameOf(connection)}.${fileNameOf(runId)}.jsonl`)
  return {
    path,
    add(letters) {
      if (letters.length === 0) return
      try {
        mkdirSync(directory, { recursive: true, mode: 0o700 })
        append(path, letters.map((letter) => `${rowText(letter)}\n`).join(''))
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause)
        const message = `what is discarded cannot be kept in ${path} (${reason}); nothing is thrown away. ${diskAdvice(cause)}`
        throw new ConnectorError('ERR_DEAD_LETTERS', message, { cause })
      }
    },
  }
}

/** Adds whole lines or nothing: a disk that is full takes a part of a text, which would be no JSON. */
function append(path: string, text: string): void {
  const file = openSync(path, 'a', 0o600)
  const { size } = fstatSync(file)
  try {
    writeFileSync(file, text)
  } catch (thrown) {
    ftruncateSync(file, size)
    throw thrown
  } finally {
    closeSync(file)
  }
}

/** JSON of a value that may hold integers of any length, which keep their digits as texts. */
export function rowText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner))
}
