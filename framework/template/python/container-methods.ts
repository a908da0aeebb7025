import { TemplateFailure, valueError } from '../failure.ts'
import { assertItems } from '../limits.ts'
import { compareOrder, equals } from './compare.ts'
import { dictDelete, dictEntries, dictGet, dictHas, dictKeys, dictOf, dictSet } from './dict.ts'
import { methodsOn, methodTable } from './functions.ts'
import { wholeArgument } from './number-format.ts'
import { iterate } from './sequences.ts'
import { arrayOf, type Dict, isDict, tuple } from './values.ts'

/** Methods of dict, list, tuple and bytes. Those that change their object change the caller's data, as in Python. */

const keyError = (key: unknown): TemplateFailure => new TemplateFailure('KeyError', String(key))

function pairsOf(source: unknown): [unknown, unknown][] {
  if (isDict(source)) return dictEntries(source)
  return iterate(source).map((pair) => {
    const [key, value, ...rest] = iterate(pair)
    if (rest.length > 0 || iterate(pair).length < 2) throw valueError('dictionary update sequence element has not length 2')
    return [key, value]
  })
}

function take(dict: Dict, [key, ...fallback]: readonly unknown[]): unknown {
  if (!dictHas(dict, key)) {
    if (fallback.length > 0) return fallback[0]
    throw keyError(key)
  }
  const value = dictGet(dict, key)
  dictDelete(dict, key)
  return value
}

function orNone(value: unknown): unknown {
  return value === undefined ? null : value
}

const onDict = methodsOn<Dict>()

/** Methods of Python's dict. */
export const dictMethods = methodTable([
  onDict('get', 'key default?', (dict, args) => {
    const value = dictGet(dict, args[0])
    if (value !== undefined || dictHas(dict, args[0])) return value
    return args.length > 1 ? args[1] : null
  }),
  onDict('keys', '', (dict) => arrayOf('dict_keys', dictKeys(dict))),
  onDict('values', '', (dict) =>
    arrayOf(
      'dict_values',
      dictEntries(dict).map(([, value]) => value),
    ),
  ),
  onDict('items', '', (dict) => arrayOf('dict_items', dictEntries(dict).map(tuple))),
  onDict('copy', '', (dict) => dictOf(dictEntries(dict))),
  onDict('pop', 'key default?', (dict, args) => take(dict, args)),
  onDict('popitem', '', (dict) => {
    const last = dictEntries(dict).at(-1)
    if (!last) throw keyError('popitem(): dictionary is empty')
    dictDelete(dict, last[0])
    return tuple(last)
  }),
  onDict('setdefault', 'key default?', (dict, [key, fallback = null]) => {
    if (!dictHas(dict, key)) dictSet(dict, key, fallback)
    return orNone(dictGet(dict, key))
  }),
  onDict('update', 'other? **named', (dict, [other, named]) => {
    const changes = other === undefined ? [] : pairsOf(other)
    for (const [key, value] of [...changes, ...pairsOf(named)]) dictSet(dict, key, value)
    return null
  }),
  onDict('clear', '', (dict) => {
    for (const key of dictKeys(dict)) dictDelete(dict, key)
    return null
  }),
])

/** `dict(pairs, name=value)`. */
export function dictFrom(source: unknown, named: unknown): Dict {
  return dictOf([...(source === undefined ? [] : pairsOf(source)), ...pairsOf(named)])
}

function indexOf(items: readonly unknown[], wanted: unknown): number {
  const index = items.findIndex((item) => equals(item, wanted))
  if (index < 0) throw valueError('value is not in list')
  return index
}

function popAt(items: unknown[], position: unknown): unknown {
  const wanted = position === undefined ? items.length - 1 : wholeArgument(position, 'index')
  const index = wanted < 0 ? wanted + items.length : wanted
  if (index < 0 || index >= items.length) throw new TemplateFailure('IndexError', 'pop index out of range')
  return items.splice(index, 1)[0]
}

const onList = methodsOn<unknown[]>()

const shared = [
  onList('index', 'value', (items, [wanted]) => indexOf(items, wanted)),
  onList('count', 'value', (items, [wanted]) => items.filter((item) => equals(item, wanted)).length),
]

/** Methods of Python's tuple. */
export const tupleMethods = methodTable(shared)

/** Methods of Python's list; those that change it return None. */
export const listMethods = methodTable([
  ...shared,
  onList('append', 'object', (items, [item]) => {
    assertItems(items.length + 1)
    items.push(item)
    return null
  }),
  onList('extend', 'iterable', (items, [more]) => {
    const added = [...iterate(more)]
    assertItems(items.length + added.length)
    for (const item of added) items.push(item)
    return null
  }),
  onList('insert', 'index object', (items, [index, item]) => {
    items.splice(wholeArgument(index, 'index'), 0, item)
    return null
  }),
  onList('remove', 'value', (items, [wanted]) => {
    items.splice(indexOf(items, wanted), 1)
    return null
  }),
  onList('pop', 'index?', (items, [index]) => popAt(items, index)),
  onList('copy', '', (items) => [...items]),
  onList('clear', '', (items) => {
    items.length = 0
    return null
  }),
  onList('reverse', '', (items) => {
    items.reverse()
    return null
  }),
  onList('sort', 'reverse?', (items, [reverse]) => {
    const direction = reverse ? -1 : 1
    items.sort((a, b) => direction * compareOrder(a, b))
    return null
  }),
])

const onBytes = methodsOn<Uint8Array>()

/** The two methods of bytes that manifests have a use for. */
export const bytesMethods = methodTable([
  onBytes('decode', 'encoding? errors?', (bytes) => decodeUtf8(bytes)),
  onBytes('hex', '', (bytes) => Buffer.from(bytes).toString('hex')),
])

/** UTF-8 to text; a ValueError failure (Python: UnicodeDecodeError) for other bytes. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw valueError('bytes are not valid UTF-8')
  }
}
