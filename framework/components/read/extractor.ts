import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonSchema, Row } from '../../protocol/messages.ts'
import type { Scope } from '../../template/template.ts'
import type { Decoder } from '../decoders/decoder.ts'
import type { Transformation } from './transformation.ts'

/** Finds the records in a decoded body, each a JSON object. */
export interface RecordExtractor {
  /**
   * Records of one decoded body. Throws ConnectorError ERR_DATA_MISSING (transient) where the manifest says that
   * there must be data and there is none.
   */
  extract(body: unknown): readonly Row[]
  /** Reads responses in place of the decoder that stands beside the extractor; its bodies are the records. */
  readonly decoder?: Decoder
}
/** What a record becomes: itself, others, or nothing. */
export type RecordExpansion = (record: unknown) => readonly unknown[]
export const RecordExpansion = defineFamily<RecordExpansion>('RecordExpansion', 'Makes several records of one.')

/** A field that goes from a record into what is made of it. */
export interface ParentField {
  /** Puts a copy of the value, null where there is none, into `item`. Throws ConnectorError ERR_FIELD_PATH where it has no room. */
  copy(record: unknown, item: Record<string, unknown>): void
}
export const ParentField = defineFamily<ParentField>('ParentField', 'A field that items take over from the record around them.')

export const RecordExtractor = defineFamily<RecordExtractor>('RecordExtractor', 'Finds the records in a decoded body.')

/** Keeps the records for which `keep` is true. `scope` is what templates see of the slice. */
export interface RecordFilter {
  keep(row: Row, scope: Scope): boolean
}
export const RecordFilter = defineFamily<RecordFilter>('RecordFilter', 'Drops records.')

/** What the stream adds to the way from body to record. */
export interface RecordStages {
  readonly transformations: readonly Transformation[]
  /** Cursor filter of client-side incremental reads; undefined: all records are kept. */
  readonly keep?: (row: Row) => boolean
  /** For schema normalisation; asked only when the selector normalises. */
  readonly schema: () => Promise<JsonSchema>
}

export interface Selection {
  readonly rows: Row[]
  /** How many records the body held before filters. */
  readonly extracted: number
}

export interface RecordSelector {
  /** Records of a batch of decoded bodies. */
  select(bodies: readonly unknown[], scope: Scope, stages: RecordStages): Promise<Selection> | Selection
  /** The same for records that were found elsewhere: filters, transforms and normalises. */
  refine(records: readonly unknown[], scope: Scope, stages: RecordStages): Promise<Selection> | Selection
  /** Throws what `select` would throw about data that must be there, without touching the bodies. */
  verify(bodies: readonly unknown[]): void
}
export const RecordSelector = defineFamily<RecordSelector>('RecordSelector', 'Extracts, filters, transforms and normalises records.')
