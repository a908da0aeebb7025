import {
  ConnectorError,
  type JsonSchema,
  type PageItem,
  type Row,
  type SchemaVersion,
  type StreamInfo,
  withFields,
} from '../framework/index.ts'
import { type Change, changeText, compareShapes, pathText } from './compare.ts'
import type { Aspect, Contract, Verb } from './contract.ts'
import { type DeadLetter, type DeadLetterFile, rowText } from './dead-letters.ts'
import { exactRow, Inference } from './infer.ts'
import { type Misfit, misfitsOf, valueAt, without } from './misfits.ts'
import { ABSENT, isNode, joinKnown, recordShapeOf, schemaOf } from './schema-shape.ts'
import { type Shape, shapeOfRecord, widen } from './shape.ts'

/** A change with what was done about it and the first row that showed it. */
export interface SeenChange extends Change {
  readonly verb: Verb
  /** JSON, cut off; absent for fields that came no more. */
  readonly record?: string
}

export interface StreamWatchOptions {
  readonly kind: string
  /** As the manifest declares it. */
  readonly declared: JsonSchema
  readonly known: SchemaVersion | undefined
  readonly contract: Contract
  /** A stream that the connection did not have before, while it had others. */
  readonly isNewTable: boolean
  readonly deadLetters: DeadLetterFile
}

const longestRecord = 500

/** Watches the rows of one kind of stream, of all its accounts. */
export class StreamWatch {
  readonly changes = new Map<string, SeenChange>()
  discardedRows = 0
  discardedValues = 0
  readonly #options: StreamWatchOptions
  readonly #base: JsonSchema
  readonly #inference: Inference
  /** Nothing is known or declared: the first rows say what the stream is. */
  readonly #isLearning: boolean
  #schema: JsonSchema
  readonly #infos = new Map<StreamInfo, StreamInfo>()

  constructor(options: StreamWatchOptions) {
    this.#options = options
    const { declared, known } = options
    const base = known ? joinKnown(declared, known.schema) : { shape: recordShapeOf(declared, { declared: true }), schema: declared }
    this.#base = base.schema
    this.#schema = base.schema
    this.#isLearning = known === undefined && base.shape.object?.fields.size === 0
    this.#inference = new Inference({ base: asRecord(base.shape), observed: known !== undefined })
  }

  /** What destinations are told before the first row. */
  get schema(): JsonSchema {
    return this.#schema
  }

  get records(): number {
    return this.#inference.records
  }

  /** Throws ConnectorError ERR_SCHEMA_FROZEN. */
  inspect(page: PageItem): PageItem | undefined {
    const letters: DeadLetter[] = []
    let rows: Row[] | undefined
    const { length } = page.rows
    for (let index = 0; index < length; index++) {
      const row = page.rows[index] ?? {}
      if (this.#inference.knows(row) && !this.#isRefused) {
        rows?.push(row)
        continue
      }
      rows ??= page.rows.slice(0, index)
      const kept = this.#judge(row, page, letters)
      if (kept) rows.push(kept)
    }
    this.#options.deadLetters.add(letters)
    if (rows?.length === 0) return undefined
    const stream = this.#infoOf(page.stream)
    return rows || stream !== page.stream ? { ...page, stream, rows: rows ?? page.rows } : page
  }

  /** The stream is new and may not be. */
  get #isRefused(): boolean {
    return this.#options.isNewTable && this.#options.contract.tables !== 'evolve'
  }

  /** The row as it is written, undefined when it is not. */
  #judge(row: Row, page: PageItem, letters: DeadLetter[]): Row | undefined {
    const letter = ({ aspect, path }: { readonly aspect: Aspect; readonly path: Misfit['path'] }, verb: Verb, reason: string) =>
      letters.push({ stream: page.stream.name, verb, aspect, path: pathText(path.map(String)), reason, row, emitted_at: page.emittedAt })
    if (this.#isRefused) return this.#refuse(row, page, (verb) => letter({ aspect: 'tables', path: [] }, verb, 'the stream is new'))
    const { contract } = this.#options
    const bound = misfitsOf(this.#inference.shape, exactRow(row)).filter(({ aspect }) => contract[aspect] !== 'evolve' && !this.#isLearning)
    const verdictOf = ({ aspect, path }: Misfit): Verb =>
      isKey(path, page.stream) && contract[aspect] === 'discard_value' ? 'discard_row' : contract[aspect]
    for (const misfit of bound) this.#notice(partOf(exactRow(row), misfit), row, verdictOf(misfit))
    const frozen = bound.find((misfit) => verdictOf(misfit) === 'freeze')
    if (frozen) throw this.#frozen(pathText(frozen.path.map(String)), row, page)
    const fatal = bound.find((misfit) => verdictOf(misfit) === 'discard_row')
    if (fatal) {
      letter(fatal, 'discard_row', reasonOf(fatal, row))
      this.discardedRows += 1
      return undefined
    }
    for (const misfit of bound) letter(misfit, 'discard_value', reasonOf(misfit, row))
    this.discardedValues += bound.length
    const kept =
      bound.length > 0
        ? without(
            row,
            bound.map(({ path }) => path),
          )
        : row
    this.#learn(kept)
    return kept
  }

  #refuse(row: Row, page: PageItem, keep: (verb: Verb) => void): undefined {
    const verb = this.#options.contract.tables
    const change: Change = { path: pathText([]), kind: 'added', severity: 'additive', after: 'a stream' }
    this.#remember(change, row, verb)
    if (verb === 'freeze') throw this.#frozen('the stream itself', row, page)
    keep(verb)
    this.discardedRows += 1
    return undefined
  }

  #learn(row: Row): void {
    const before = this.#inference.shape
    if (!this.#isLearning) this.#notice(shapeOfRecord(exactRow(row), before), row, 'evolve')
    this.#inference.learn(row)
    this.#schema = schemaOf(this.#inference.shape, this.#base)
    this.#infos.clear()
  }

  /** Remembers what the part would change. */
  #notice(part: Shape, row: Row, verb: Verb): void {
    const { shape } = this.#inference
    for (const change of compareShapes(shape, widen(shape, part), [])) this.#remember(change, row, verb)
  }

  #remember(change: Change, row: Row, verb: Verb): void {
    const key = `${change.path} ${change.kind}`
    if (!this.changes.has(key)) this.changes.set(key, { ...change, verb, record: rowText(row).slice(0, longestRecord) })
  }

  #frozen(what: string, row: Row, { stream }: PageItem): ConnectorError {
    const changes = [...this.changes.values()].filter(({ verb }) => verb === 'freeze').map(changeText)
    const message = `the schema of ${this.#options.kind} is frozen and does not have ${what} of ${rowText(row).slice(0, longestRecord)} (${changes.join('; ')}). Nothing of this row was written; allow the change with --on-drift, or have the source repaired.`
    return new ConnectorError('ERR_SCHEMA_FROZEN', message, { context: { stream: stream.name } })
  }

  #infoOf(stream: StreamInfo): StreamInfo {
    if (stream.schema === this.#schema) return stream
    const known = this.#infos.get(stream) ?? { ...stream, schema: withFields(this.#schema, stream.fields) }
    this.#infos.set(stream, known)
    return known
  }

  /** Remembers what came out at the end, where it was not noticed before. */
  noticeLate(changes: readonly Change[]): void {
    for (const change of changes) {
      const key = `${change.path} ${change.kind}`
      // Of a field that came no more it goes without saying that rows do without it.
      const isSaid = this.changes.has(key) || (change.kind === 'required' && this.changes.has(`${change.path} removed`))
      if (!isSaid) this.changes.set(key, { ...change, verb: 'evolve' })
    }
  }

  /** The schema to register; what came no more is marked and noticed, as is what came again. */
  conclude(): JsonSchema {
    let schema = schemaOf(this.#inference.learned(), this.#base)
    for (const path of this.#inference.gone()) {
      const change: Change = {
        path: pathText(path),
        kind: 'removed',
        severity: 'breaking',
        after: `in none of the ${this.records} rows, in all before`,
      }
      // There is nothing to discard.
      const verb = this.#options.contract.columns === 'freeze' ? 'freeze' : 'evolve'
      this.changes.set(`${change.path} ${change.kind}`, { ...change, verb })
      schema = marked(schema, path, 'absent')
    }
    for (const path of absentPaths(this.#base).filter((at) => this.#inference.countOf(at) > 0)) {
      const change: Change = { path: pathText(path), kind: 'added', severity: 'additive', after: 'came again' }
      this.changes.set(`${change.path} ${change.kind}`, { ...change, verb: 'evolve' })
      schema = marked(schema, path, 'present')
    }
    return schema
  }
}

/** Rows are records: whatever a declaration leaves open is a new field once it comes. */
function asRecord(shape: Shape): Shape {
  return shape.object ? { ...shape, object: { ...shape.object, values: undefined } } : shape
}

function partOf(row: Row, { path }: Misfit): Shape {
  const nested = path.reduceRight<unknown>((inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }), valueAt(row, path))
  return shapeOfRecord(isNode(nested) ? nested : {})
}

const isKey = (path: Misfit['path'], { primaryKey }: StreamInfo): boolean =>
  primaryKey.some((key) => key.every((step, index) => path[index] === step))

function reasonOf({ aspect, path }: Misfit, row: Row): string {
  if (aspect === 'columns') return 'the schema has no such field'
  return `the schema has another type than that of ${rowText(valueAt(row, path)).slice(0, 100)}`
}

/** The schema with the mark of what came no more set or taken away at a path. */
function marked(schema: JsonSchema, [name, ...rest]: readonly string[], mark: 'absent' | 'present'): JsonSchema {
  if (name === undefined) {
    const { [ABSENT]: _, ...kept } = schema
    return mark === 'absent' ? { ...kept, [ABSENT]: true } : kept
  }
  if (name === '[]') return isNode(schema['items']) ? { ...schema, items: marked(schema['items'], rest, mark) } : schema
  const properties = isNode(schema['properties']) ? schema['properties'] : {}
  const inner = properties[name]
  return isNode(inner) ? { ...schema, properties: { ...properties, [name]: marked(inner, rest, mark) } } : schema
}

function absentPaths(schema: JsonSchema, path: readonly string[] = []): readonly (readonly string[])[] {
  const properties = isNode(schema['properties']) ? Object.entries(schema['properties']) : []
  const inner = properties.flatMap(([name, node]) => (isNode(node) ? absentPaths(node, [...path, name]) : []))
  const items = isNode(schema['items']) ? absentPaths(schema['items'], [...path, '[]']) : []
  return [...(schema[ABSENT] === true ? [path] : []), ...inner, ...items]
}
