import { isNode } from '../../manifest/definition/build.ts'
import type { Row } from '../../protocol/messages.ts'
import { setOwn } from '../../template/python/dict.ts'
import type { RecordKey } from '../read/properties.ts'

/** Puts together the records that the requests for one page gave. */
export interface RecordMerge {
  add(rows: readonly Row[]): void
  /** Records without a key as they came, then the whole ones in the order in which their first part came. */
  rows(): Row[]
}

/** Parts of a record with the same key become one: of two values of a field the later one stands, mappings are merged. */
export function createMerge(keyOf: RecordKey): RecordMerge {
  const alone: Row[] = []
  const byKey = new Map<string, Row>()
  return {
    add: (rows) => {
      for (const row of rows) {
        const key = keyOf(row)
        if (key === undefined) alone.push(row)
        else byKey.set(key, merged(byKey.get(key), row))
      }
    },
    rows: () => [...alone, ...byKey.values()],
  }
}

function merged(first: Row | undefined, second: Row): Row {
  if (!first) return second
  const whole = { ...first }
  for (const [field, value] of Object.entries(second)) {
    const known = Object.hasOwn(whole, field) ? whole[field] : undefined
    setOwn(whole, field, isNode(known) && isNode(value) ? merged(known, value) : value)
  }
  return whole
}
