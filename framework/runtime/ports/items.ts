import type { JsonSchema, Message, Row } from '../../protocol/messages.ts'
import type { StreamWrite } from './stream-write.ts'

/** A stream of one account (or of all, when merged) as the stages after the read know it. */
export interface StreamInfo {
  /** Unique in a run: `page_insights__1127…`. */
  readonly name: string
  /** What it is, shared by all accounts: `page_insights`. */
  readonly kind: string
  /** undefined for merged and static streams. */
  readonly accountId: string | undefined
  /** Key paths; empty when the source declares none. */
  readonly primaryKey: readonly (readonly string[])[]
  readonly cursorField: string | undefined
  readonly schema: JsonSchema
  /** Fields at the top level that the configured catalog wants, and nothing may bring back others; all of them without it. */
  readonly fields?: ReadonlySet<string>
  /** Records come with files. */
  readonly fileBased?: true
  /** How its rows are written; without it they are merged where there is a key, and appended where there is none. */
  readonly write?: StreamWrite
}

/** A page of records. The unit that travels: never one hop per record. */
export interface PageItem {
  readonly type: 'page'
  readonly stream: StreamInfo
  readonly rows: readonly Row[]
  /** Epoch milliseconds, integer. */
  readonly emittedAt: number
}

/** Anything else of the protocol: STATE, TRACE, LOG, CONTROL. */
export interface MessageItem {
  readonly type: 'message'
  readonly message: Message
  /** Of a STATE: the name it is kept under when that is not the stream's; such a state is ours alone and no platform's. */
  readonly stateKey?: string
  /** Of a STATE: where it stands in the run. Of two states of a stream the one with the higher position is the newer. */
  readonly position?: number
  /** Of a STATE: the stream that is complete; every row of it came before. */
  readonly completes?: StreamInfo
  /** Of a STATE, called once the state is kept; of the end of a stream, once that is recorded: its sender waits before it asks for more. */
  readonly onKept?: () => void
}

/** What travels from the source to the destination: a page of rows of one stream, or a message of the protocol. */
export type Item = PageItem | MessageItem
