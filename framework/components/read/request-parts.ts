import { defined } from '../../defined.ts'
import { ConfigError } from '../../errors.ts'
import { isObject } from '../../protocol/json.ts'
import type { RequestParts } from './requester.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * Merges what several components add to one request, first come first. Throws ConfigError ERR_REQUEST_COLLISION when two
 * of them set the same parameter, header or form field, or different values at the same place of a JSON body.
 */
export function combineParts(all: readonly RequestParts[]): RequestParts {
  const params = distinct(all, 'params')
  const headers = distinct(all, 'headers')
  const form = combineForms(all)
  const json = combineJson(all)
  return {
    ...defined({ params, headers, body_data: form, body_json: json }),
  }
}

function collision(what: string): ConfigError {
  return new ConfigError('ERR_REQUEST_COLLISION', `two parts of one request set ${what}; give one of them another name`)
}

function distinct<K extends 'params' | 'headers'>(all: readonly RequestParts[], kind: K): RequestParts[K] | undefined {
  const filled = all.filter((parts) => parts[kind] !== undefined && Object.keys(parts[kind]).length > 0)
  if (filled.length <= 1) return filled[0]?.[kind]
  return mergeDistinct(filled.map((parts) => parts[kind] ?? {}) as readonly Json[], kind) as RequestParts[K]
}

function mergeDistinct(mappings: readonly Json[], kind: string): Json {
  const merged = new Map<string, unknown>()
  for (const mapping of mappings) {
    for (const [key, value] of Object.entries(mapping)) {
      if (merged.has(key)) throw collision(`${kind}.${key}`)
      merged.set(key, value)
    }
  }
  return Object.fromEntries(merged)
}

/** A raw body stands alone; form fields add up. */
function combineForms(all: readonly RequestParts[]): RequestParts['body_data'] {
  const forms = all.map((parts) => parts.body_data).filter((form) => form !== undefined && form !== '')
  const raw = forms.filter((form) => typeof form === 'string')
  const fields = forms.filter((form): form is Json => typeof form === 'object' && Object.keys(form).length > 0)
  if (raw.length === 0) return fields.length === 0 ? undefined : mergeDistinct(fields, 'body_data')
  if (raw.length > 1 || fields.length > 0) throw collision('body_data as text')
  return raw[0]
}

function combineJson(all: readonly RequestParts[]): Json | undefined {
  const bodies = all.map((parts) => parts.body_json).filter((body) => body !== undefined && Object.keys(body).length > 0)
  return bodies.length <= 1 ? bodies[0] : bodies.reduce((merged, body) => mergeJson(merged ?? {}, body ?? {}, 'body_json'))
}

function mergeJson(first: Json, second: Json, path: string): Json {
  const merged = new Map(Object.entries(first))
  for (const [key, value] of Object.entries(second)) {
    const place = `${path}.${key}`
    const known = merged.get(key)
    if (!merged.has(key)) merged.set(key, value)
    else if (isObject(known) && isObject(value)) merged.set(key, mergeJson(known, value, place))
    else if (JSON.stringify(known) !== JSON.stringify(value)) throw collision(place)
  }
  return Object.fromEntries(merged)
}
