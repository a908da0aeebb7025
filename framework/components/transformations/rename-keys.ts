import type { Row } from '../../protocol/messages.ts'
import { setOwn } from '../../template/python/dict.ts'

/** A copy with other keys, also in objects below (not in those inside lists) when `deep`. */
export function renameKeys(row: Row, rename: (key: string) => string, depth: 'deep' | 'top'): Row {
  const renamed: Row = {}
  for (const [key, value] of Object.entries(row)) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    setOwn(renamed, rename(key), isObject && depth === 'deep' ? renameKeys(value as Row, rename, depth) : value)
  }
  return renamed
}
