import { hasLiterals, type JsonSchema, type Row, withLongIntegers } from '../framework/index.ts'
import { Matcher } from './matcher.ts'
import { recordShapeOf, schemaOf } from './schema-shape.ts'
import { foldCounts, NOTHING, type Shape, shapeOfRecord, widen } from './shape.ts'

export interface InferenceOptions {
  /** What is known before the first record; nothing unless given. */
  readonly base?: Shape
  /** True when the base was learned from records, whose fields then say what every record has. */
  readonly observed?: boolean
}

/** Learns the shape of records one by one, without a second pass. */
export class Inference {
  #shape: Shape
  readonly #matcher: Matcher
  readonly #fresh: boolean
  #lessons = 0
  /** Records taken. */
  records = 0

  constructor({ base = NOTHING, observed = false }: InferenceOptions = {}) {
    this.#shape = base.object ? base : recordShapeOf({}, { declared: false })
    this.#matcher = new Matcher(this.#shape)
    this.#fresh = !observed
  }

  /** The shape so far. What all records have is known at the end only: see {@link learned}. */
  get shape(): Shape {
    return this.#shape
  }

  /** True when the record has the known shape; otherwise {@link learn} is for the caller to decide. */
  knows(row: Row): boolean {
    this.records += 1
    return this.#matcher.take(exactRow(row))
  }

  /** Widens the shape by a record that {@link knows} was asked for just before. */
  learn(row: Row): void {
    const seen = exactRow(row)
    this.#shape = widen(this.#shape, shapeOfRecord(seen, this.#shape))
    this.#lessons += 1
    this.#matcher.adopt(this.#shape, this.#lessons)
    this.#matcher.countNew(seen, this.#lessons)
  }

  /** The shape of all records. */
  learned(): Shape {
    return foldCounts(this.#matcher.learned(this.#fresh ? 'first' : 'further'))
  }

  /** Paths of fields that every record had before these records, none of which has them. */
  gone(): readonly (readonly string[])[] {
    return this.#matcher.gone()
  }

  countOf(path: readonly string[]): number {
    return this.#matcher.countOf(path)
  }
}

/** The row with its long whole numbers as bigints, which are of no other type than short ones. */
export const exactRow = (row: Row): Row => (hasLiterals(row) ? (withLongIntegers(row) as Row) : row)

/** The schema that all of these records have. */
export function inferSchema(rows: Iterable<Row>): JsonSchema {
  const inference = new Inference()
  for (const row of rows) if (!inference.knows(row)) inference.learn(row)
  return schemaOf(inference.learned())
}
