import { createHash } from 'node:crypto'
import { isNode } from '../../framework/manifest/definition/build.ts'

/** Sorted keys, no spaces, everything beyond ASCII escaped. Written out, because objects put keys that look like numbers first. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isNode(value)) return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${canonical(key)}:${canonical(value[key])}`).join(',')}}`
}

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** The hash by which the recordings tell one JSON value from another. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex')
}
