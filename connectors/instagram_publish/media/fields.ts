import { type Finding, finding } from './finding.ts'
import { POST_FIELDS, type PostField, type PostType } from './post.ts'

type On = PostType | 'child'

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Findings for fields that do not exist, do not belong to this kind of post, or have a value of the wrong type. */
export function fieldFindings(fields: Readonly<Record<string, unknown>>, on: On, prefix: string): Finding[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const path = prefix + name
    const field = Object.hasOwn(POST_FIELDS, name) ? POST_FIELDS[name] : undefined
    if (!field) return [finding('field-known', { path, found: name, fix: `remove it; known: ${namesOn(on).join(', ')}` })]
    if (!field.on.includes(on)) return [finding('field-fits', { path, found: `${name} on ${on === 'child' ? 'an item' : on}` })]
    return fits(field, value) ? [] : [finding('field-type', { path, found: formOf(value), fix: `give a ${field.value}` })]
  })
}

function namesOn(on: On): string[] {
  return Object.entries(POST_FIELDS).flatMap(([name, field]) => (field.on.includes(on) ? [name] : []))
}

function fits({ value: wanted }: PostField, value: unknown): boolean {
  if (wanted === 'text') return typeof value === 'string'
  if (wanted === 'list') return Array.isArray(value)
  if (wanted === 'object') return isRecord(value)
  return wanted === 'number' ? typeof value === 'number' && Number.isFinite(value) : typeof value === 'boolean'
}

function formOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
}
