import { TemplateFailure, typeError, undefinedError, valueError } from '../failure.ts'
import { assertItems } from '../limits.ts'
import { itemOf, pythonAttribute } from '../python/access.ts'
import { add, concatenate } from '../python/arithmetic.ts'
import { compareOrder, equals } from '../python/compare.ts'
import { dictEntries, dictGet, dictKeys } from '../python/dict.ts'
import { bind, type Method, method } from '../python/functions.ts'
import { wholeArgument } from '../python/number-format.ts'
import { textOf } from '../python/render.ts'
import { generator, iterate, lengthOf } from '../python/sequences.ts'
import { attributes, type Dict, type Environment, isDict, isIntegral, kindOf, PyFloat, truthy, tuple } from '../python/values.ts'
import { tests } from './tests.ts'

/** Jinja's filters over sequences. Those that are lazy in Python return generators, which are true even when empty. */

type Getter = (item: unknown) => unknown

/** Reads `a.b.0` from an item, with `fallback` where something is undefined. */
function attributeGetter(path: unknown, fallback?: unknown): Getter {
  if (path === undefined || path === null) return (item) => item
  const parts = isIntegral(path)
    ? [Number(path)]
    : String(path)
        .split('.')
        .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  return (item) => {
    let value = item
    for (const part of parts) {
      if (value === undefined) throw undefinedError(`an undefined value has no attribute '${part}'`)
      value = itemOf(value, part)
      if (value === undefined && fallback !== undefined) value = fallback
    }
    return value
  }
}

/** Case does not count when sorting or comparing, unless asked for. */
function folded(read: Getter, caseSensitive: unknown): Getter {
  if (truthy(caseSensitive)) return read
  return (item) => {
    const value = read(item)
    return typeof value === 'string' ? value.toLowerCase() : value
  }
}

/** Keys are computed once per item; equal keys keep their order. */
function sortBy(items: readonly unknown[], key: Getter, reverse: unknown): unknown[] {
  const direction = truthy(reverse) ? -1 : 1
  return items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => direction * compareOrder(a.key, b.key))
    .map(({ item }) => item)
}

/** Several attributes separated by commas sort one after the other. */
function sortGetter(path: unknown, caseSensitive: unknown): Getter {
  const paths = typeof path === 'string' ? path.split(',') : [path]
  const getters = paths.map((part) => folded(attributeGetter(part), caseSensitive))
  const [only] = getters
  return getters.length === 1 && only ? only : (item) => getters.map((read) => read(item))
}

/** The first of equals; undefined for an empty sequence. */
function extreme(value: unknown, [caseSensitive, attribute]: readonly unknown[], sign: number): unknown {
  const key = folded(attributeGetter(attribute), caseSensitive)
  let best: { item: unknown; key: unknown } | undefined
  for (const item of iterate(value)) {
    const candidate = { item, key: key(item) }
    if (!best || sign * compareOrder(candidate.key, best.key) > 0) best = candidate
  }
  return best?.item
}

/** What Python's sets tell apart: 1, 1.0 and True are one. */
function hashed(value: unknown): unknown {
  return value instanceof PyFloat || typeof value === 'boolean' ? Number(value) : value
}

function unique(value: unknown, [caseSensitive, attribute]: readonly unknown[]): readonly unknown[] {
  const key = folded(attributeGetter(attribute), caseSensitive)
  const seen = new Set<unknown>()
  const seenObjects: unknown[] = []
  const items = iterate(value).filter((item) => {
    const candidate = hashed(key(item))
    if (typeof candidate !== 'object' || candidate === null) return seen.has(candidate) ? false : seen.add(candidate)
    return seenObjects.some((known) => equals(known, candidate)) ? false : seenObjects.push(candidate)
  })
  return generator(items)
}

/** Sorted by the attribute; each group is a pair that also answers to `grouper` and `list`. */
function groupBy(value: unknown, [attribute, fallback, caseSensitive]: readonly unknown[]): unknown[] {
  const read = attributeGetter(attribute, fallback)
  const key = folded(read, caseSensitive)
  const groups: { key: unknown; members: unknown[] }[] = []
  for (const item of sortBy(iterate(value), key, false)) {
    const last = groups.at(-1)
    if (last && equals(last.key, key(item))) last.members.push(item)
    else groups.push({ key: key(item), members: [item] })
  }
  return groups.map(({ members }) => {
    const grouper = read(members[0])
    return Object.assign(tuple([grouper, members]), { [attributes]: { grouper, list: members } })
  })
}

function batch(value: unknown, [count, fill]: readonly unknown[]): readonly unknown[] {
  const [items, size] = [iterate(value), wholeArgument(count, 'linecount')]
  if (size < 1) throw valueError('batch sizes start at 1')
  const rows: unknown[][] = []
  for (let start = 0; start < items.length; start += size) rows.push(items.slice(start, start + size))
  const last = rows.at(-1)
  if (last && fill !== undefined && fill !== null) {
    assertItems(size)
    while (last.length < size) last.push(fill)
  }
  return generator(rows)
}

/** As many columns as wanted; the first ones take what does not divide evenly. */
function slice(value: unknown, [count, fill]: readonly unknown[]): readonly unknown[] {
  const [items, slices] = [iterate(value), wholeArgument(count, 'slices')]
  if (slices < 1) throw new TemplateFailure('ZeroDivisionError', 'slices start at 1')
  assertItems(slices)
  const [size, longer] = [Math.floor(items.length / slices), items.length % slices]
  const columns: unknown[][] = []
  for (let index = 0, start = 0; index < slices; index++) {
    const end = start + size + (index < longer ? 1 : 0)
    const column = items.slice(start, end)
    if (fill !== undefined && fill !== null && index >= longer) column.push(fill)
    columns.push(column)
    start = end
  }
  return generator(columns)
}

function sum(value: unknown, [attribute, start = 0]: readonly unknown[]): unknown {
  const read = attributeGetter(attribute)
  return iterate(value).reduce((total, item) => add(total, read(item)), start)
}

function joinItems(value: unknown, [separator = '', attribute]: readonly unknown[], { dialect }: Environment): string {
  const [read, text] = [attributeGetter(attribute), textOf(dialect)]
  const between = text(separator)
  const parts = iterate(value).flatMap((item, index) => (index === 0 ? [read(item)] : [between, read(item)]))
  return concatenate(parts, text)
}

function reversed(value: unknown): unknown {
  if (typeof value === 'string') return [...value].reverse().join('')
  return generator([...iterate(value)].reverse())
}

function dictSort(value: unknown, [caseSensitive, by = 'key', reverse]: readonly unknown[]): unknown[] {
  if (by !== 'key' && by !== 'value') throw new TemplateFailure('RuntimeError', "dictsort sorts by 'key' or 'value'")
  const position = by === 'key' ? 0 : 1
  return sortBy(
    dictEntries(asDict(value)).map(tuple),
    folded((pair) => itemOf(pair, position), caseSensitive),
    reverse,
  )
}

function asDict(value: unknown): Dict {
  if (!isDict(value)) throw typeError('Can only get item pairs from a mapping.')
  return value
}

/** The named test with its arguments, as a condition; truth itself without a name. */
function condition([name, ...args]: readonly unknown[], environment: Environment): (item: unknown) => boolean {
  if (name === undefined) return truthy
  const test = tests.get(String(name))
  if (!test) throw new TemplateFailure('RuntimeError', `no test named '${name}'`)
  const bound = bind(test.signature, { positional: args, named: undefined })
  return (item) => truthy(test.call(item, bound, environment))
}

function choose(mode: 'select' | 'reject'): Method['call'] {
  return (value, args, environment) => {
    const holds = condition(args, environment)
    return generator(iterate(value).filter((item) => holds(item) === (mode === 'select')))
  }
}

function chooseByAttribute(mode: 'select' | 'reject'): Method['call'] {
  return (value, [attribute, ...args], environment) => {
    const [read, holds] = [attributeGetter(attribute), condition(args, environment)]
    return generator(iterate(value).filter((item) => holds(read(item)) === (mode === 'select')))
  }
}

type Lookup = (name: string) => Method | undefined

/** `map(attribute='a.b', default=x)` or `map('filter', arguments)`. */
function map(lookup: Lookup): Method['call'] {
  return (value, args, environment) => {
    const [name, ...rest] = args.slice(0, -1)
    const named = asDict(args.at(-1))
    const attribute = dictGet(named, 'attribute')
    if (name === undefined && attribute !== undefined) {
      const surplus = dictKeys(named).find((key) => key !== 'attribute' && key !== 'default')
      if (surplus !== undefined) throw new TemplateFailure('RuntimeError', `unexpected keyword argument '${surplus}'`)
      return generator(iterate(value).map(attributeGetter(attribute, dictGet(named, 'default'))))
    }
    if (name === undefined) throw new TemplateFailure('RuntimeError', 'map requires a filter argument')
    const filter = lookup(String(name))
    if (!filter) throw new TemplateFailure('RuntimeError', `no filter named '${name}'`)
    const bound = bind(filter.signature, { positional: rest, named: Object.fromEntries(dictEntries(named)) })
    return generator(iterate(value).map((item) => filter.call(item, bound, environment)))
  }
}

function first(value: unknown): unknown {
  return iterate(value)[0]
}

function last(value: unknown): unknown {
  if (Array.isArray(value) && kindOf(value) === 'generator') throw typeError("'generator' object is not reversible")
  return iterate(value).at(-1)
}

/** `lookup` finds filters by name for `map`, whose own table is only complete afterwards. */
export function sequenceFilters(lookup: Lookup): readonly Method[] {
  return [
    method('length', '', lengthOf),
    method('count', '', lengthOf),
    method('first', '', first),
    method('last', '', last),
    method('list', '', (value) => [...iterate(value)]),
    method('join', 'd? attribute?', joinItems),
    method('reverse', '', reversed),
    method('sort', 'reverse? case_sensitive? attribute?', (value, [reverse, caseSensitive, attribute]) =>
      sortBy(iterate(value), sortGetter(attribute, caseSensitive), reverse),
    ),
    method('unique', 'case_sensitive? attribute?', unique),
    method('min', 'case_sensitive? attribute?', (value, args) => extreme(value, args, -1)),
    method('max', 'case_sensitive? attribute?', (value, args) => extreme(value, args, 1)),
    method('sum', 'attribute? start?', sum),
    method('batch', 'linecount fill_with?', batch),
    method('slice', 'slices fill_with?', slice),
    method('groupby', 'attribute default? case_sensitive?', groupBy),
    method('dictsort', 'case_sensitive? by? reverse?', dictSort),
    method('items', '', (value) => generator(value === undefined ? [] : dictEntries(asDict(value)).map(tuple))),
    method('attr', 'name', (value, [name]) => (String(name).startsWith('__') ? undefined : pythonAttribute(value, String(name)))),
    method('map', '*args **kwargs', map(lookup)),
    method('select', '*args', choose('select')),
    method('reject', '*args', choose('reject')),
    method('selectattr', '*args', chooseByAttribute('select')),
    method('rejectattr', '*args', chooseByAttribute('reject')),
  ]
}
