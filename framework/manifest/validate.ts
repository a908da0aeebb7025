import { ConfigError } from '../errors.ts'
import type { JsonSchema } from '../protocol/messages.ts'
import { isNode } from './build.ts'
import { buildManifest } from './build-manifest.ts'
import type { Config, Language, Services } from './component.ts'
import { loadManifest, type Manifest } from './manifest.ts'
import { singleErrors } from './problems.ts'

export interface Validation {
  /** Each with its place in the message. */
  readonly errors: readonly ConfigError[]
  readonly warnings: readonly ConfigError[]
}

/**
 * Reads and builds a manifest without running it: text, references, envelope, components, templates. Values that depend on a config
 * are built with the examples and defaults of the spec. Nothing is sent.
 */
export function validateManifest(text: string, file: string, language: Language): Validation {
  let manifest: Manifest | undefined
  try {
    manifest = loadManifest({ text, file })
    const config = sampleConfig(manifest.spec.connectionSpecification)
    const { broken, warnings } = buildManifest(manifest, { language, config, services: idle })
    return { errors: broken.flatMap(({ error }) => singleErrors(error)), warnings }
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown
    return { errors: singleErrors(thrown), warnings: manifest?.warnings ?? [] }
  }
}

const refuse = (): never => {
  throw new TypeError('a manifest is validated without sending or waiting')
}

/** Services of a build that is never run. */
const idle: Services = {
  http: { send: async () => refuse(), secret: () => undefined },
  clock: { now: () => Date.now(), monotonic: () => performance.now(), sleep: async () => refuse() },
  report: { log: () => undefined, finding: () => undefined, rateLimited: () => undefined },
}

/** A config that fits the schema as far as its words say: examples, defaults, constants, else a placeholder of the right type. */
export function sampleConfig(schema: JsonSchema): Config {
  const sample = sampleOf(schema)
  return isNode(sample) ? sample : {}
}

function sampleOf(schema: JsonSchema): unknown {
  const { const: constant, default: fallback, examples, enum: words, oneOf, anyOf } = schema
  if (constant !== undefined) return constant
  if (fallback !== undefined) return fallback
  const [listed] = [examples, words]
    .filter((list) => Array.isArray(list))
    .flat()
    .filter((value) => fits(value, schema))
  if (listed !== undefined) return listed
  const [alternative] = [oneOf, anyOf].filter((list) => Array.isArray(list)).flat()
  const own = ofType(schema)
  if (!isNode(alternative)) return own
  const chosen = sampleOf(alternative)
  return isNode(own) && isNode(chosen) ? { ...own, ...chosen } : chosen
}

function ofType(schema: JsonSchema): unknown {
  const { type, minimum, items, properties } = schema
  const first = Array.isArray(type) ? type.find((name) => name !== 'null') : type
  if (isNode(properties)) {
    return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, isNode(value) ? sampleOf(value) : null]))
  }
  if (first === 'integer' || first === 'number') return typeof minimum === 'number' ? minimum : 1
  if (first === 'boolean') return false
  if (first === 'array') return isNode(items) ? [sampleOf(items)] : []
  if (first === 'object') return {}
  return texts.find((text) => fits(text, schema)) ?? 'sample'
}

/** Texts of the forms that specs ask for; dates are parsed by templates and cursors while they are built. */
const texts = [
  'sample',
  '2024-01-01T00:00:00Z',
  '2024-01-01',
  '2024-01-01T00:00:00',
  '2024-01-01T00:00:00.000Z',
  '2024-01-01 00:00:00',
  '01-01-2024',
  '01/01/2024 00:00',
  '2024-01',
  '20240101T000000Z',
  'https://example.com',
  '1',
]
const formats: Readonly<Record<string, RegExp>> = { 'date-time': /T.*Z$/, date: /^\d{4}-\d\d-\d\d$/, uri: /^https:/, url: /^https:/ }

/** Whether a text has the form that its schema asks for; examples such as `YYYY-MM-DD` do not. */
function fits(value: unknown, { format, pattern }: JsonSchema): boolean {
  if (typeof value !== 'string') return true
  const form = typeof format === 'string' ? formats[format] : undefined
  if (typeof pattern === 'string') return new RegExp(pattern).test(value)
  return form?.test(value) ?? true
}
