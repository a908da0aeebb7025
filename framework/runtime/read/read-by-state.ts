import type { Stream } from '../../components/read/stream.ts'
import { defined } from '../../defined.ts'
import type { StreamState } from '../../protocol/messages.ts'
import type { Reporter } from '../../report.ts'
import type { BoundStream } from '../assembly/bound-stream.ts'

/** A stream as it is read in this run. */
export interface ChosenStream {
  readonly bound: BoundStream
  readonly state: StreamState | undefined
  /** The state was dropped; whoever keeps it is told before anything is read. */
  readonly dropped: boolean
}

/** Of a stream that is read in two ways, the one that fits its state. */
export function chooseByState(bound: BoundStream, state: StreamState | undefined, report: Reporter): ChosenStream {
  const { byState } = bound.stream
  if (!byState) return { bound, state, dropped: false }
  if (!state || Object.keys(state).length === 0) return { bound: rebound(bound, byState.full), state, dropped: false }
  if (!byState.isOutdated(state, [byState.full, byState.incremental]))
    return { bound: rebound(bound, byState.incremental), state, dropped: false }
  const message = `the state of ${bound.info.name} is older than its source remembers; the stream is read from its start`
  report.log('warn', message, { stream: bound.info.name })
  return { bound: rebound(bound, byState.full), state: undefined, dropped: true }
}

/** What the catalog said of it still holds. */
function rebound({ info, configured, project, rebind }: BoundStream, stream: Stream): BoundStream {
  const other = rebind(stream)
  const { schema, primaryKey, write } = info
  return {
    ...other,
    info: { ...other.info, schema, primaryKey, ...defined({ write }) },
    ...defined({ configured, project }),
  }
}
