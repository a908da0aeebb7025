import { ConnectorError } from '../../errors.ts'
import type { BuildContext } from '../../manifest/definition/component.ts'
import type { StreamState } from '../../protocol/messages.ts'
import { withInteger } from '../../protocol/number-literals.ts'
import type { Scope } from '../../template/template.ts'
import { partitionsInMemory } from '../cursors/partitioned-state.ts'
import { RecentKeys } from '../cursors/recent-keys.ts'
import { everyParent, type ParentStates, type Partition } from '../read/partition-router.ts'
import type { Stream } from '../read/stream.ts'
import { canonicalJson } from '../values/canonical-json.ts'
import { injected } from './injected.ts'
import { ParentReader, type ParentRecord } from './parent-reader.ts'
import type { ParentStream } from './parent-stream.ts'

export interface SubstreamOptions {
  readonly parents: readonly ParentStream[]
  readonly scope: Scope
  /** Where the parents were left by the last run of the child. */
  readonly states: ParentStates | undefined
  readonly context: BuildContext
}

/** One run over the records of parent streams. */
export class SubstreamRun {
  readonly #options: SubstreamOptions
  readonly #known = new RecentKeys(partitionsInMemory)
  readonly #reported = new Set<string>()
  #readers: readonly ParentReader[] = []
  #states: ParentStates = {}

  constructor(options: SubstreamOptions) {
    this.#options = options
  }

  async *partitions(): AsyncGenerator<Partition> {
    const { parents, scope, context } = this.#options
    const { services, dialect } = context
    this.#readers = parents.map((parent) => {
      const state = this.#stateOf(parent)
      return new ParentReader({ stream: readWith(parent.stream, state), scope, state, services, dialect })
    })
    for (const [index, parent] of parents.entries()) {
      for await (const record of this.#readers[index]?.records() ?? []) {
        const partition = this.#partition(parent, record)
        if (partition) yield partition
      }
    }
  }

  /** States of the incremental parents after the last record; the same object while nothing changes. */
  states(): ParentStates {
    const states = this.#options.parents.flatMap(({ stream, incremental }, index): [string, StreamState][] => {
      const reader = this.#readers[index]
      return incremental && reader ? [[stream.name, reader.state]] : []
    })
    if (states.some(([name, state]) => this.#states[name] !== state)) this.#states = Object.fromEntries(states)
    return this.#states
  }

  #stateOf({ stream, incremental }: ParentStream): StreamState | undefined {
    const { states } = this.#options
    if (!incremental || !states) return undefined
    const child = states[everyParent]
    if (child && stream.cursor) return { [stream.cursor.cursorField]: child['cursor'] }
    return states[stream.name]
  }

  #partition(parent: ParentStream, { row, partition }: ParentRecord): Partition | undefined {
    const { scope, context } = this.#options
    const value = parent.valueOf(row)
    if (value === undefined || (value === null && context.dialect === 'native')) return this.#withoutValue(parent)
    const integer = parent.integerOf(row)
    const plain = { [parent.field]: value, parent_slice: partition.values }
    const values = integer === undefined ? plain : withInteger(plain, parent.field, integer)
    if (context.dialect === 'native' && !this.#known.add(canonicalJson(values))) return this.#repeated(parent)
    const lazy = parent.firstPageOf ? { firstPage: parent.firstPageOf(row) } : {}
    return { values, extra: parent.extraOf(row), parts: injected(parent.option, value, scope), scope, parents: this.states(), ...lazy }
  }

  #withoutValue({ stream, field }: ParentStream): undefined {
    this.#warnOnce(`some records of ${stream.name} have no value for ${field}; nothing is read for them`, 'ERR_PARENT_KEY_MISSING')
  }

  #repeated({ stream, field }: ParentStream): undefined {
    this.#warnOnce(`some records of ${stream.name} have the same ${field}; they are read once`, 'ERR_PARTITION_REPEATED')
  }

  #warnOnce(text: string, code: string): void {
    if (this.#options.context.dialect === 'airbyte' || this.#reported.has(text)) return
    this.#reported.add(text)
    this.#options.context.services.report.finding({ severity: 'warning', error: new ConnectorError(code, text) })
  }
}

/** Of a parent that is read in two ways, the one that fits its state. */
function readWith(stream: Stream, state: StreamState | undefined): Stream {
  if (!stream.byState) return stream
  return state ? stream.byState.incremental : stream.byState.full
}
