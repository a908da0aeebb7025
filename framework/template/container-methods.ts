import { compareOrder, equals } from './compare.ts'
import { dictDelete, dictEntries, dictGet, dictHas, dictKeys, dictOf, dictSet } from './dict.ts'
import { TemplateFailure, valueError } from './failure.ts'
import { method, methodTable } from './functions.ts'
import { assertItems } from './limits.ts'
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

export const dictMethods = methodTable([
  method('get', 'key default?', (dict, args) => {
    const value = dictGet(dict as Dict, args[0])
    if (value !== undefined || dictHas(dict as Dict, args[0])) return value
    return args.length > 1 ? args[1] : null
  }),
  method('keys', '', (dict) => arrayOf('dict_keys', dictKeys(dict as Dict))),
  method('values', '', (dict) =>
    arrayOf(
      'dict_values',
      dictEntries(dict as Dict).map(([, value]) => value),
    ),
  ),
  method('items', '', (dict) => arrayOf('dict_items', dictEntries(dict as Dict).map(tuple))),
  method('copy', '', (dict) => dictOf(dictEntries(dict as Dict))),
  method('pop', 'key default?', (dict, args) => take(dict as Dict, args)),
  method('popitem', '', (dict) => {
    const last = dictEntries(dict as Dict).at(-1)
    if (!last) throw keyError('popitem(): dictionary is empty')
    dictDelete(dict as Dict, last[0])
    return tuple(last)
  }),
  method('setdefault', 'key default?', (dict, [key, fallback = null]) => {
    if (!dictHas(dict as Dict, key)) dictSet(dict as Dict, key, fallback)
    return orNone(dictGet(dict as Dict, key))
  }),
  method('update', 'other? **named', (dict, [other, named]) => {
    const changes = other === undefined ? [] : pairsOf(other)
    for (const [key, value] of [...changes, ...pairsOf(named)]) dictSet(dict as Dict, key, value)
    return null
  }),
  method('clear', '', (dict) => {
    for (const key of dictKeys(dict as Dict)) dictDelete(dict as Dict, key)
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

const shared = [
  method('index', 'value', (items, [wanted]) => indexOf(items as unknown[], wanted)),
  method('count', 'value', (items, [wanted]) => (items as unknown[]).filter((item) => equals(item, wanted)).length),
]

export const tupleMethods = methodTable(shared)

export const listMethods = methodTable([
  ...shared,
  method('append', 'object', (items, [item]) => {
    assertItems((items as unknown[]).length + 1)
    ;(items as unknown[]).push(item)
    return null
  }),
  method('extend', 'iterable', (items, [more]) => {
    const added = [...iterate(more)]
    assertItems((items as unknown[]).length + added.length)
    for (const item of added) (items as unknown[]).push(item)
    return null
  }),
  method('insert', 'index object', (items, [index, item]) => {
    ;(items as unknown[]).splice(wholeArgument(index, 'index'), 0, item)
    return null
  }),
  method('remove', 'value', (items, [wanted]) => {
    ;(items as unknown[]).splice(indexOf(items as unknown[], wanted), 1)
    return null
  }),
  method('pop', 'index?', (items, [index]) => popAt(items as unknown[], index)),
  method('copy', '', (items) => [...(items as unknown[])]),
  method('clear', '', (items) => {
    ;(items as unknown[]).length = 0
    return null
  }),
  method('reverse', '', (items) => {
    ;(items as unknown[]).reverse()
    return null
  }),
  method('sort', 'reverse?', (items, [reverse]) => {
    const direction = reverse ? -1 : 1
    ;(items as unknown[]).sort((a, b) => direction * compareOrder(a, b))
    return null
  }),
])

export const bytesMethods = methodTable([
  method('decode', 'encoding? errors?', (bytes) => decodeUtf8(bytes as Uint8Array)),
  method('hex', '', (bytes) => Buffer.from(bytes as Uint8Array).toString('hex')),
])

/** UTF-8 to text; a ValueError failure (Python: UnicodeDecodeError) for other bytes. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw valueError('bytes are not valid UTF-8')
  }
}
