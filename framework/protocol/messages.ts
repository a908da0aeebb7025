/**
 * Messages of the Airbyte protocol (v0), as its Python CDK prints them: one JSON object per line, absent fields omitted.
 * Times are epoch milliseconds: integers in RECORD and ERROR, fractions allowed in STREAM_STATUS and CONTROL.
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
/** A JSON object as it was parsed; integers beyond 2^53 are strings. */
export interface JsonObject {
  readonly [key: string]: Json
}
/** A record as it travels: parsed JSON, changed in place only by the stage that owns the page. */
export type Row = Record<string, unknown>
/** A file that came with a record, as the protocol says it: where it was put, its path below the folder of all files, its size. */
export interface FileReference {
  readonly staging_file_url: string
  readonly source_file_relative_path: string
  readonly file_size_bytes: number
}

const fileKey: unique symbol = Symbol('file_reference')

/** Says which file belongs to a record: beside its data, not in it, and kept by copies of the record. */
export function attachFile(row: Row, file: FileReference): void {
  Object.assign(row, { [fileKey]: file })
}

export function fileOf(row: Row & { readonly [fileKey]?: FileReference }): FileReference | undefined {
  return row[fileKey]
}

export type JsonSchema = { readonly [keyword: string]: unknown }

export type SyncMode = 'full_refresh' | 'incremental'
export type LogLevel = 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE'
export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE'

export interface StreamDescriptor {
  readonly name: string
  readonly namespace?: string
}

export interface RecordMessage {
  readonly type: 'RECORD'
  readonly record: { readonly stream: string; readonly data: Row; readonly emitted_at: number; readonly file_reference?: FileReference }
}

export interface StateMessage {
  readonly type: 'STATE'
  readonly state: {
    readonly type: 'STREAM'
    readonly stream: { readonly stream_descriptor: StreamDescriptor; readonly stream_state: StreamState }
    readonly sourceStats?: { readonly recordCount: number }
  }
}
/** State of one stream; its shape belongs to the stream's cursor. */
export type StreamState = Readonly<Record<string, unknown>>

export interface LogMessage {
  readonly type: 'LOG'
  readonly log: { readonly level: LogLevel; readonly message: string }
}

export interface TraceErrorMessage {
  readonly type: 'TRACE'
  readonly trace: {
    readonly type: 'ERROR'
    readonly emitted_at: number
    readonly error: {
      readonly message: string
      readonly internal_message?: string
      readonly stack_trace?: string
      readonly failure_type: string
      readonly stream_descriptor?: StreamDescriptor
    }
  }
}

export interface TraceStatusMessage {
  readonly type: 'TRACE'
  readonly trace: {
    readonly type: 'STREAM_STATUS'
    readonly emitted_at: number
    readonly stream_status: {
      readonly stream_descriptor: StreamDescriptor
      readonly status: StreamStatus
      readonly reasons?: readonly { readonly type: string }[]
    }
  }
}

export interface CatalogMessage {
  readonly type: 'CATALOG'
  readonly catalog: Catalog
}

export interface SpecMessage {
  readonly type: 'SPEC'
  readonly spec: Specification
}

export interface ConnectionStatusMessage {
  readonly type: 'CONNECTION_STATUS'
  readonly connectionStatus: { readonly status: 'SUCCEEDED' | 'FAILED'; readonly message?: string }
}

export interface ControlMessage {
  readonly type: 'CONTROL'
  readonly control: {
    readonly type: 'CONNECTOR_CONFIG'
    readonly emitted_at: number
    readonly connectorConfig: { readonly config: Readonly<Record<string, unknown>> }
  }
}

export type Message =
  | RecordMessage
  | StateMessage
  | LogMessage
  | TraceErrorMessage
  | TraceStatusMessage
  | CatalogMessage
  | SpecMessage
  | ConnectionStatusMessage
  | ControlMessage

export interface Specification {
  readonly connectionSpecification: JsonSchema
  readonly documentationUrl?: string
  readonly supportsNormalization: boolean
  readonly supportsDBT: boolean
  readonly advanced_auth?: unknown
}

/** A stream as `discover` describes it. */
export interface CatalogStream {
  readonly name: string
  readonly json_schema: JsonSchema
  readonly supported_sync_modes: readonly SyncMode[]
  readonly source_defined_cursor?: boolean
  readonly default_cursor_field?: readonly string[]
  readonly source_defined_primary_key?: readonly (readonly string[])[]
  readonly is_resumable: boolean
  readonly is_file_based: boolean
}

export interface Catalog {
  readonly streams: readonly CatalogStream[]
}
