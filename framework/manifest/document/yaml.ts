import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Pair,
  Parser,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { ConfigError } from '../../errors.ts'
import type { Dialect } from '../../template/template.ts'
import { isNode } from '../definition/build.ts'
import type { Position } from '../definition/component.ts'
import { createPositions, type Positions } from './positions.ts'
import { type ReadScalar, readCore, readYaml11, type Scalar } from './scalars.ts'
import { syntaxError } from './syntax-error.ts'

export interface ManifestText {
  readonly text: string
  /** As errors name it. */
  readonly file: string
}

/** A file as plain values: mappings, lists, text, numbers, booleans, null. Objects are never changed once they are here. */
export interface ParsedText {
  readonly root: unknown
  readonly dialect: Dialect
  readonly positions: Positions
}

const MAX_LENGTH = 10 * 1024 * 1024
const MAX_DEPTH = 200
/** Nodes that aliases may repeat in all; a bomb of nine levels repeats a billion. */
const MAX_REPEATED = 100_000
const coreTags = new Map<string, (text: string, word: ReadScalar) => Scalar>([
  ['!', (text) => text],
  ['tag:yaml.org,2002:str', (text) => text],
  ['tag:yaml.org,2002:null', () => null],
  ...['int', 'float', 'bool'].map((name) => [`tag:yaml.org,2002:${name}`, (text: string, word: ReadScalar) => word(text)] as const),
])

/**
 * Reads YAML or JSON. `dialectOf` looks at the keys of the document, and the words beside them, and says how unquoted words are read.
 * Throws ConfigError with file:line:column for everything that is not plain data: unknown tags, duplicate keys,
 * aliases that contain themselves or repeat too much, keys that are no words, more than one document, more than 10 MiB.
 */
export function parseYaml({ text, file }: ManifestText, dialectOf: (top: ReadonlyMap<string, string>) => Dialect): ParsedText {
  if (text.length > MAX_LENGTH) throw syntaxError(`the file is larger than ${MAX_LENGTH} characters`, { file, line: 1, column: 1 })
  const { contents, positions } = parse(text, file)
  const dialect = dialectOf(topOf(contents))
  const reader = new Reader(positions, dialect === 'native' ? readCore : readYaml11)
  return { root: reader.read(contents, 0), dialect, positions }
}

function topOf(contents: unknown): ReadonlyMap<string, string> {
  const word = (node: unknown) => (isScalar(node) ? String(node.value) : '')
  return new Map(isMap(contents) ? contents.items.map((pair) => [word(pair.key), word(pair.value)]) : [])
}

function parse(text: string, file: string): { contents: unknown; positions: Positions } {
  const lineCounter = new LineCounter()
  const positions = createPositions(file, lineCounter.lineStarts)
  // Words are read by us, so the parser need not guess; duplicate keys are found in linear time there as well.
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
  const [document, second] = [...composer.compose(tokens(text, lineCounter, positions), true, text.length)]
  const [first] = document?.errors ?? []
  if (first) throw syntaxError(first.message, positions.at(first.pos[0]), first)
  if (second) throw syntaxError('a manifest is one document; a second one starts here', positions.at(second.range?.[0] ?? 0))
  return { contents: document?.contents, positions }
}

/** Tokens of the text. Depth is limited here, where nothing recurses yet: a stack that overflows later can end the process. */
function* tokens(text: string, lineCounter: LineCounter, positions: Positions): Generator<CST.Token> {
  const parser = new Parser(lineCounter.addNewLine)
  lineCounter.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (parser.stack.length > MAX_DEPTH) throw tooDeep(positions.at(parser.offset))
  }
  yield* parser.end()
}

function tooDeep(place: Position): ConfigError {
  return syntaxError(`nested deeper than ${MAX_DEPTH} levels`, place)
}

/** Sets a key as data, whatever its name. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

interface Anchor {
  /** Undefined while the node is still being read. */
  value?: { readonly of: unknown }
  nodes: number
}

/** Turns the syntax tree into plain values, in the order of the text. */
class Reader {
  private readonly anchors = new Map<string, Anchor>()
  private readonly positions: Positions
  private readonly word: ReadScalar
  private nodes = 0
  private repeated = 0

  constructor(positions: Positions, word: ReadScalar) {
    this.positions = positions
    this.word = word
  }

  read(node: unknown, depth: number): unknown {
    this.nodes++
    if (node === null || node === undefined) return null
    if (isAlias(node)) return this.alias(node.source, this.at(node))
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return null
    if (depth > MAX_DEPTH) throw tooDeep(this.at(node))
    const anchor: Anchor = { nodes: 0 }
    if (node.anchor) this.anchors.set(node.anchor, anchor)
    const before = this.nodes + this.repeated
    const value = isScalar(node) ? this.scalar(node) : this.collection(node, depth)
    anchor.nodes = this.nodes + this.repeated - before + 1
    anchor.value = { of: value }
    return value
  }

  private at(node: { range?: readonly [number, ...unknown[]] | null | undefined }): Position {
    return this.positions.at(node.range?.[0] ?? 0)
  }

  private alias(name: string, place: Position): unknown {
    const anchor = this.anchors.get(name)
    if (!anchor) throw syntaxError(`alias *${name} has no anchor before it`, place)
    if (!anchor.value) throw syntaxError(`alias *${name} contains itself`, place)
    this.repeated += anchor.nodes
    if (this.repeated > MAX_REPEATED) throw syntaxError(`aliases repeat more than ${MAX_REPEATED} nodes`, place)
    return anchor.value.of
  }

  private scalar(node: { tag?: string; type?: unknown; value: unknown; range?: readonly [number, ...unknown[]] | null }): Scalar {
    const text = String(node.value ?? '')
    if (node.tag !== undefined) {
      const convert = coreTags.get(node.tag)
      if (!convert) throw syntaxError(`tag ${node.tag} is not allowed; a manifest is plain data`, this.at(node))
      return convert(text, this.word)
    }
    return node.type === 'PLAIN' ? this.word(text) : text
  }

  private collection(node: YAMLMap | YAMLSeq, depth: number): unknown {
    const expected = isMap(node) ? 'tag:yaml.org,2002:map' : 'tag:yaml.org,2002:seq'
    if (node.tag !== undefined && node.tag !== expected) {
      throw syntaxError(`tag ${node.tag} is not allowed; a manifest is plain data`, this.at(node))
    }
    return isMap(node) ? this.mapping(node, depth) : this.list(node, depth)
  }

  private list(node: YAMLSeq, depth: number): unknown[] {
    const values = node.items.map((item) => this.read(item, depth + 1))
    const offsets = node.items.map((item) => (item as { range?: readonly number[] } | null)?.range?.[0] ?? 0)
    this.positions.record(values, { offset: node.range?.[0] ?? 0, keys: [...values.keys()], offsets })
    return values
  }

  private mapping(node: YAMLMap, depth: number): Record<string, unknown> {
    const own: Record<string, unknown> = {}
    const keys = new Map<string, number>()
    const merges: Pair[] = []
    for (const pair of node.items) {
      if (!isScalar(pair.key)) throw syntaxError('a key must be a word or a text', this.at((pair.key ?? node) as YAMLMap))
      const key = String(this.scalar(pair.key))
      const offset = pair.key.range?.[0] ?? 0
      const first = keys.get(key)
      if (first !== undefined) {
        const { line, column } = this.positions.at(first)
        throw syntaxError(`duplicate key '${key}' in this mapping; first at ${line}:${column}`, this.positions.at(offset))
      }
      keys.set(key, offset)
      if (key === '<<' && pair.key.type === 'PLAIN') merges.push(pair)
      else put(own, key, this.read(pair.value, depth + 1))
    }
    this.positions.record(own, { offset: node.range?.[0] ?? 0, keys: [...keys.keys()], offsets: [...keys.values()] })
    return merges.reduce((merged, pair) => this.merge(merged, pair, depth), own)
  }

  /** `<<: *base` or `<<: [*a, *b]`: own keys win, then earlier mappings over later ones. */
  private merge(own: Record<string, unknown>, pair: Pair, depth: number): Record<string, unknown> {
    const value = this.read(pair.value, depth + 1)
    const sources: readonly unknown[] = Array.isArray(value) ? value : [value]
    let merged = own
    for (const source of sources) {
      if (!isNode(source)) throw syntaxError("'<<' merges a mapping or a list of mappings", this.at(pair.key as YAMLMap))
      const result = { ...source, ...merged }
      this.positions.merged(result, merged, source)
      merged = result
    }
    return merged
  }
}
