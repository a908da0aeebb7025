import { existsSync, writeFileSync } from 'node:fs'
import { type FoundRow, foundRow, type Rows } from './rows.ts'

/**
 * What a platform does with stdout: it keeps whole lines only, and hands the last STATE of each stream back as a file. Records that came
 * after the last STATE of their stream come again.
 */
export class Platform {
  readonly #stateFile: string
  readonly #rows: FoundRow[] = []
  readonly #states = new Map<string, unknown>()

  constructor(stateFile: string) {
    this.#stateFile = stateFile
  }

  get rows(): Rows {
    return this.#rows
  }

  /** Flags of the next run. */
  flags(): readonly string[] {
    return existsSync(this.#stateFile) ? ['--state', this.#stateFile] : []
  }

  /** Takes in what a run printed until it ended. Throws when a whole line is no message. */
  take(stdout: string): void {
    const lines = stdout.split('\n').slice(0, -1)
    for (const line of lines) this.#takeMessage(JSON.parse(line))
    if (this.#states.size > 0) writeFileSync(this.#stateFile, JSON.stringify([...this.#states.values()]))
  }

  #takeMessage(message: Readonly<Record<string, never>>): void {
    const { type, record, state } = message as { type?: string; record?: Recorded; state?: Stated }
    if (type === 'RECORD' && record) this.#rows.push(foundRow(record.stream, { ...record.data, _synced_at: record.emitted_at }))
    if (type === 'STATE' && state) this.#states.set(state.stream.stream_descriptor.name, state)
  }
}

interface Recorded {
  readonly stream: string
  readonly data: Readonly<Record<string, unknown>>
  readonly emitted_at: number
}

interface Stated {
  readonly stream: { readonly stream_descriptor: { readonly name: string } }
}
