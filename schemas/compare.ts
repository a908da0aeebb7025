import type { JsonSchema } from '../framework/index.ts'
import { formatName } from './formats.ts'
import { ABSENT, isNode, recordShapeOf, schemaOf } from './schema-shape.ts'
import { BIG, BOOLEAN, INTEGER, NULL, NUMBER, type ObjectShape, type Shape, type TextShape } from './shape.ts'

export type ChangeKind =
  | 'added'
  | 'removed'
  | 'type_widened'
  | 'type_narrowed'
  | 'type_changed'
  | 'nullability'
  | 'required'
  | 'format'
  | 'enum'
  | 'map'
  | 'annotation'

/**
 * What a change means for those who read the data. `additive`: all they rely on still holds; `breaking`: a value is gone, of another
 * type or of another meaning; `cosmetic`: only words, or a promise that became stronger.
 */
export type Severity = 'additive' | 'breaking' | 'cosmetic'

export interface Change {
  /** Field names joined by dots; `[]` stands for the elements of a list, `*` for the values of a map. */
  readonly path: string
  readonly kind: ChangeKind
  readonly severity: Severity
  readonly before?: string
  readonly after?: string
}

/** What changed from one schema of a stream to another, path by path. Empty for schemas that say the same. */
export function compareSchemas(before: JsonSchema, after: JsonSchema): readonly Change[] {
  const [a, b] = [recordShapeOf(before, { declared: false }), recordShapeOf(after, { declared: false })]
  return [...compareShapes(a, b, []), ...compareWords(before, after, [])]
}

type Path = readonly string[]

/** The path as changes name it; that of the row itself is `(row)`. */
export const pathText = (path: Path): string => path.join('.') || '(row)'

/** As {@link compareSchemas}, without the words. */
export function compareShapes(a: Shape, b: Shape, path: Path): readonly Change[] {
  return [
    ...compareTypes(a, b, path),
    ...(a.text && b.text ? compareTexts(a.text, b.text, path) : []),
    ...(a.object && b.object ? compareObjects(a.object, b.object, path) : []),
    ...(a.array && b.array ? compareShapes(a.array, b.array, [...path, '[]']) : []),
  ]
}

function compareTypes(a: Shape, b: Shape, path: Path): readonly Change[] {
  const words = { path: pathText(path), before: typeText(a), after: typeText(b) }
  const [was, is] = [typesOf(a), typesOf(b)]
  const lost = [...was].some((type) => !is.has(type))
  const won = [...is].filter((type) => !was.has(type))
  // Of a value that only ever was null nothing was known.
  const isHarmless = was.size === 0 || (was.has('integer') && won.every((type) => type === 'number' || type === 'big integer'))
  const changes: Change[] = []
  if (lost && won.length > 0) changes.push({ ...words, kind: 'type_changed', severity: 'breaking' })
  else if (lost) changes.push({ ...words, kind: 'type_narrowed', severity: 'breaking' })
  else if (won.length > 0) changes.push({ ...words, kind: 'type_widened', severity: isHarmless ? 'additive' : 'breaking' })
  const nullable = isNullable(b)
  if (isNullable(a) !== nullable) changes.push({ ...words, kind: 'nullability', severity: nullable ? 'additive' : 'cosmetic' })
  return changes
}

const isNullable = ({ any, scalars }: Shape): boolean => any || (scalars & NULL) !== 0

/** Types but null; a number may be a whole one. */
function typesOf({ any, scalars, text, object, array }: Shape): ReadonlySet<string> {
  const types: readonly (readonly [string, boolean])[] = [
    ['boolean', (scalars & BOOLEAN) !== 0],
    ['integer', (scalars & (INTEGER | NUMBER)) !== 0],
    ['big integer', (scalars & (BIG | NUMBER)) !== 0],
    ['number', (scalars & NUMBER) !== 0],
    ['string', text !== undefined],
    ['object', object !== undefined],
    ['array', array !== undefined],
  ]
  return new Set(types.filter(([, holds]) => any || holds).map(([name]) => name))
}

/** The type in a few words: `integer or null`. */
export function typeText(shape: Shape): string {
  if (shape.any) return 'anything'
  const { type } = schemaOf(shape)
  const names = [type]
    .flat()
    .filter((name) => name !== 'null')
    .map((name) => (name === 'integer' && (shape.scalars & BIG) !== 0 ? 'big integer' : name))
  return [...names, ...(isNullable(shape) ? ['null'] : [])].join(' or ') || 'nothing'
}

function compareTexts(a: TextShape, b: TextShape, path: Path): readonly Change[] {
  const changes: Change[] = []
  const [was, is] = [formatName(a.formats), formatName(b.formats)]
  const at = { path: pathText(path) }
  if (was !== is)
    changes.push({
      ...at,
      kind: 'format',
      severity: was === undefined ? 'additive' : 'breaking',
      before: was ?? 'any text',
      after: is ?? 'any text',
    })
  const gone = b.values ? [...(a.values ?? ['any text'])].filter((value) => !b.values?.has(value)) : []
  const come = a.values ? [...(b.values ?? ['any text'])].filter((value) => !a.values?.has(value)) : []
  if (gone.length + come.length > 0) {
    const texts = (values: ReadonlySet<string> | undefined) => (values ? [...values].sort().join(', ') : 'any text')
    changes.push({
      ...at,
      kind: 'enum',
      severity: gone.length > 0 ? 'breaking' : 'additive',
      before: texts(a.values),
      after: texts(b.values),
    })
  }
  return changes
}

function compareObjects(a: ObjectShape, b: ObjectShape, path: Path): readonly Change[] {
  const changes: Change[] = []
  if ((a.values === undefined) !== (b.values === undefined)) {
    const word = ({ values }: ObjectShape) => (values ? 'map' : 'record')
    changes.push({ path: pathText(path), kind: 'map', severity: 'breaking', before: word(a), after: word(b) })
  }
  for (const [name, shape] of a.fields) changes.push(...compareField({ name, path, before: shape, after: b.fields.get(name) }, [a, b]))
  for (const [name, shape] of b.fields) {
    if (!a.fields.has(name)) changes.push({ path: pathText([...path, name]), kind: 'added', severity: 'additive', after: typeText(shape) })
  }
  if (a.values && b.values) changes.push(...compareShapes(a.values, b.values, [...path, '*']))
  return changes
}

interface Field {
  readonly name: string
  readonly path: Path
  readonly before: Shape
  readonly after: Shape | undefined
}

function compareField({ name, path, before, after }: Field, [a, b]: readonly [ObjectShape, ObjectShape]): readonly Change[] {
  const at = [...path, name]
  // A field that became a key of a map is still there.
  if (!after) return b.values ? [] : [{ path: pathText(at), kind: 'removed', severity: 'breaking', before: typeText(before) }]
  const changes = [...compareShapes(before, after, at)]
  const [was, is] = [a.required.has(name), b.required.has(name)]
  const word = ({ required }: ObjectShape) => (required.has(name) ? 'in every row' : 'not in every row')
  if (was !== is)
    changes.push({ path: pathText(at), kind: 'required', severity: was ? 'additive' : 'cosmetic', before: word(a), after: word(b) })
  return changes
}

/** Keywords that shapes carry, and those that stand for the tree itself. */
const carried = ['type', 'format', 'enum', 'required', 'maxItems', 'properties', 'items', 'additionalProperties', 'anyOf', 'oneOf', ABSENT]

/** Changes of descriptions and the like, and of what came no more or came again. */
function compareWords(before: JsonSchema, after: JsonSchema, path: Path): readonly Change[] {
  const changes: Change[] = []
  const at = pathText(path)
  if (before[ABSENT] !== after[ABSENT]) {
    const gone = after[ABSENT] === true
    changes.push(gone ? { path: at, kind: 'removed', severity: 'breaking' } : { path: at, kind: 'added', severity: 'additive' })
  }
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)].filter((keyword) => !carried.includes(keyword)))
  const changed = [...keywords].filter((keyword) => JSON.stringify(before[keyword]) !== JSON.stringify(after[keyword]))
  if (changed.length > 0) changes.push({ path: at, kind: 'annotation', severity: 'cosmetic', after: changed.sort().join(', ') })
  for (const [name, inner] of Object.entries(nodeOf(before['properties']))) {
    const other = nodeOf(after['properties'])
    if (Object.hasOwn(other, name)) changes.push(...compareWords(nodeOf(inner), nodeOf(other[name]), [...path, name]))
  }
  const lists = isNode(before['items']) && isNode(after['items'])
  if (lists) changes.push(...compareWords(nodeOf(before['items']), nodeOf(after['items']), [...path, '[]']))
  return changes
}

const nodeOf = (value: unknown): JsonSchema => (isNode(value) ? value : {})

/** A change on one line, for people. */
export function changeText(change: Omit<Change, 'kind' | 'severity'> & { readonly kind: string; readonly severity: string }): string {
  const { path, kind, severity, before, after } = change
  const detail = before !== undefined && after !== undefined ? `: ${before} → ${after}` : after === undefined ? '' : `: ${after}`
  return `${path} ${kind.replaceAll('_', ' ')} (${severity})${detail}`
}
