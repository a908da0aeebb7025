import { GraphError, unknownField } from '../errors.ts'

/** One entry of a `fields` parameter: `comments.summary(true).limit(0){id}` is a name, two arguments and one sub-field. */
export interface Field {
  readonly name: string
  readonly args: ReadonlyMap<string, string>
  readonly fields?: readonly Field[]
}

const parsed = new Map<string, readonly Field[]>()

/** Parses a `fields` text. Throws code 2500 with the position, as the API words it. */
export function parseFields(text: string): readonly Field[] {
  const known = parsed.get(text)
  if (known) return known
  const scanner = { text, at: 0 }
  const fields = list(scanner)
  if (scanner.at < text.length) throw syntaxError(scanner, 'end of string')
  if (parsed.size >= 500) parsed.clear()
  parsed.set(text, fields)
  return fields
}

interface Scanner {
  readonly text: string
  at: number
}

function list(scanner: Scanner): Field[] {
  const fields = [field(scanner)]
  while (scanner.text[scanner.at] === ',') {
    scanner.at++
    fields.push(field(scanner))
  }
  return fields
}

function field(scanner: Scanner): Field {
  const name = word(scanner)
  const args = new Map<string, string>()
  while (scanner.text[scanner.at] === '.') {
    scanner.at++
    const argument = word(scanner)
    expect(scanner, '(')
    args.set(argument, until(scanner, ')'))
  }
  if (scanner.text[scanner.at] !== '{') return { name, args }
  scanner.at++
  const fields = list(scanner)
  expect(scanner, '}')
  return { name, args, fields }
}

function word(scanner: Scanner): string {
  const found = /^\s*([A-Za-z0-9_]+)\s*/.exec(scanner.text.slice(scanner.at, scanner.at + 200))
  if (!found?.[1]) throw syntaxError(scanner, 'string')
  scanner.at += found[0].length
  return found[1]
}

function until(scanner: Scanner, end: string): string {
  const stop = scanner.text.indexOf(end, scanner.at)
  if (stop < 0) throw syntaxError({ ...scanner, at: scanner.text.length }, `"${end}"`)
  const value = scanner.text.slice(scanner.at, stop)
  scanner.at = stop + 1
  return value
}

function expect(scanner: Scanner, char: string): void {
  if (scanner.text[scanner.at] !== char) throw syntaxError(scanner, `"${char}"`)
  scanner.at++
}

function syntaxError({ text, at }: Scanner, wanted: string): GraphError {
  const found = at < text.length ? `"${text[at]}"` : 'end of string'
  return new GraphError({ code: 2500, message: `Syntax error "Expected ${wanted} instead of ${found}." at character ${at}: ${text}` })
}

/** How the fields of one family of nodes are computed. A field whose function gives undefined is left out. */
export interface Shape<Row, Context> {
  /** As the API names the type in error texts. */
  readonly type: string
  /** Fields given when none are asked for. */
  readonly defaults: readonly string[]
  readonly fields: Readonly<Record<string, (row: Row, field: Field, context: Context) => unknown>>
}

/** Turns rows into JSON objects. Unknown fields are refused before any row is touched. `id` is always part of a node. */
export function renderer<Row, Context>(shape: Shape<Row, Context>, fields: readonly Field[] | undefined, context: Context) {
  const asked = fields ?? shape.defaults.map((name) => ({ name, args: new Map<string, string>() }))
  const all = asked.some((field) => field.name === 'id') ? asked : [...asked, { name: 'id', args: new Map<string, string>() }]
  const columns = all.map((field) => {
    if (!Object.hasOwn(shape.fields, field.name)) throw unknownField(field.name, shape.type)
    return { field, read: shape.fields[field.name] }
  })
  return (row: Row): Record<string, unknown> => {
    const node: Record<string, unknown> = {}
    for (const { field, read } of columns) {
      const value = read?.(row, field, context)
      if (value !== undefined) node[field.name] = value
    }
    return node
  }
}

/** The asked sub-fields of a plain object, or all of them; foreign names are refused. */
export function subset(value: Readonly<Record<string, unknown>>, field: Field, type: string): Record<string, unknown> {
  if (!field.fields) return { ...value }
  return Object.fromEntries(
    field.fields.map(({ name }) => {
      if (!Object.hasOwn(value, name)) throw unknownField(name, type)
      return [name, value[name]]
    }),
  )
}
