import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonSchema, Row } from '../../protocol/messages.ts'

export interface PropertiesOptions {
  /** Schema of the stream in the configured catalog: its properties are the columns that somebody wants. undefined: all. */
  readonly schema?: JsonSchema | undefined
  readonly signal?: AbortSignal | undefined
}

/** Says which properties the requests of a stream ask for, for sources that give only what is named. */
export interface QueryProperties {
  /** The properties of every request that one page takes: one list per request, at least one. */
  chunks(options: PropertiesOptions): Promise<readonly (readonly string[])[]>
  /** The same for `explain`; undefined when the source has to be asked. */
  known(): readonly (readonly string[])[] | undefined
  /** What is the same in the parts of one record that several requests gave; undefined where parts are not put together. */
  readonly keyOf?: RecordKey | undefined
}
export const QueryProperties = defineFamily<QueryProperties>('QueryProperties', 'Names the properties that requests ask for.')

/** Names that only the source knows. */
export interface PropertyList {
  names(signal?: AbortSignal): Promise<readonly string[]>
}
export const PropertyList = defineFamily<PropertyList>('PropertyList', 'Finds out which properties there are.')

export interface ChunkOptions {
  readonly names: readonly string[]
  /** Stand in every chunk, outside the limit. */
  readonly always: readonly string[]
  /** Only these of the names; undefined: all. */
  readonly selected?: ReadonlySet<string> | undefined
}

export interface PropertyChunks {
  split(options: ChunkOptions): readonly (readonly string[])[]
  readonly keyOf: RecordKey
}
export const PropertyChunks = defineFamily<PropertyChunks>('PropertyChunks', 'Divides properties among requests.')

/** The key of a record; undefined when the record has none. */
export type RecordKey = (row: Row) => string | undefined
export const RecordMergeStrategy = defineFamily<RecordKey>('RecordMergeStrategy', 'Finds the parts of one record.')

/** Names of the properties that a configured schema asks for. */
export type PropertySelector = (schema: JsonSchema) => ReadonlySet<string>
export const PropertySelector = defineFamily<PropertySelector>('PropertySelector', 'Leaves out properties that nobody wants.')
