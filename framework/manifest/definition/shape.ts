import { type ConfigError, suggest } from '../../errors.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import { describe, isNode, type Location, manifestError, type Node } from './build.ts'
import type { Locate } from './component.ts'

export interface ShapeCheck {
  readonly path: string
  readonly location: Location
  readonly locate: Locate
  readonly report: (error: ConfigError) => void
}

/**
 * Checks a value against the few words of JSON Schema that the envelope uses: type, const, enum, pattern, properties, required,
 * additionalProperties: false, items, minItems. A full validator costs more to load than everything else that `spec` needs.
 */
export function checkShape(value: unknown, schema: JsonSchema, check: ShapeCheck): void {
  const wrong = mismatch(value, schema)
  if (wrong !== undefined) check.report(manifestError(check, wrong, check.location))
  if (isNode(value)) checkMapping(value, schema, check)
  if (Array.isArray(value) && isNode(schema['items'])) {
    const items = schema['items']
    value.forEach((item, key) => {
      checkShape(item, items, { ...check, path: `${check.path}[${key}]`, location: { node: value, key } })
    })
  }
}

function mismatch(value: unknown, { type, enum: words, const: constant, pattern, minItems }: JsonSchema): string | undefined {
  if (typeof type === 'string' && !isOfType(value, type)) return `expected ${typeNames[type] ?? type}, found ${describe(value)}`
  if (Array.isArray(words) && !words.includes(value)) return `unknown value ${describe(value)}; ${suggest(String(value), words)}`
  if (constant !== undefined && value !== constant) return `expected ${JSON.stringify(constant)}, found ${describe(value)}`
  if (typeof pattern === 'string' && !new RegExp(pattern).test(String(value))) return `${describe(value)} does not match ${pattern}`
  if (typeof minItems === 'number' && Array.isArray(value) && value.length < minItems) return `expected at least ${minItems} entry`
  return undefined
}

const typeNames: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', object: 'a mapping', array: 'a list' }

function isOfType(value: unknown, type: string): boolean {
  if (type === 'object') return isNode(value)
  return type === 'array' ? Array.isArray(value) : typeof value === type
}

function checkMapping(node: Node, { properties, required, additionalProperties }: JsonSchema, check: ShapeCheck): void {
  if (!isNode(properties)) return
  const known = Object.keys(properties)
  for (const [key, value] of Object.entries(node)) {
    const inner = { ...check, path: check.path === '' ? key : `${check.path}.${key}`, location: { node, key } }
    const schema = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (isNode(schema)) checkShape(value, schema, inner)
    else if (additionalProperties === false) check.report(manifestError(inner, `unknown key; ${suggest(key, known)}`, inner.location))
  }
  for (const key of Array.isArray(required) ? required : []) {
    if (!Object.hasOwn(node, key)) check.report(manifestError(check, `'${key}' is missing`, { node }))
  }
}
