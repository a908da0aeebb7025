import { ConfigError } from '../../errors.ts'
import { type CustomComponent, customComponents } from '../../manifest/custom-components.ts'
import { isNode, type Node, UNREGISTERED } from '../../manifest/definition/build.ts'
import type { Config, Language } from '../../manifest/definition/component.ts'
import { singleErrors } from '../../manifest/definition/problems.ts'
import { idleServices } from '../../manifest/idle-services.ts'
import { loadManifest, type Manifest } from '../../manifest/manifest.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import { buildManifest } from './build-manifest.ts'
import { buildConfigRules } from './config-rules.ts'

export interface Validation {
  /** Each with its place in the message. */
  readonly errors: readonly ConfigError[]
  readonly warnings: readonly ConfigError[]
  /** Classes outside the language. Streams that lack one cannot be read; that is no error of the manifest. */
  readonly custom: readonly CustomComponent[]
}

/**
 * Reads and builds a manifest without running it: text, references, envelope, components, templates. Values that depend on a config
 * are built with the examples and defaults of the spec. Nothing is sent.
 */
export function validateManifest(text: string, file: string, language: Language): Validation {
  let manifest: Manifest | undefined
  try {
    manifest = loadManifest({ text, file })
    const config = sampleConfig(manifest.spec.connectionSpecification, manifest.dialect === 'native' ? 'required' : 'all')
    buildConfigRules(manifest, language, config)
    const { broken, warnings } = buildManifest(manifest, { language, config, services: idleServices })
    const errors = broken.flatMap(({ error }) => singleErrors(error)).filter(({ code }) => code !== UNREGISTERED)
    return { errors, warnings, custom: customComponents(manifest, language) }
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown
    return { errors: singleErrors(thrown), warnings: manifest?.warnings ?? [], custom: [] }
  }
}

/**
 * A config that fits the schema as far as its words say: examples, defaults, constants, else a placeholder of the right type.
 * `required`: optional fields without example and default are left out, as people leave them out; `all`: every field is there.
 */
export function sampleConfig(schema: JsonSchema, fields: SampledFields): Config {
  const sample = sampleOf(schema, fields)
  return isNode(sample) ? sample : {}
}

type SampledFields = 'required' | 'all'

function sampleOf(schema: JsonSchema, fields: SampledFields): unknown {
  const { const: constant, default: fallback, oneOf, anyOf } = schema
  if (constant !== undefined) return constant
  if (fallback !== undefined) return fallback
  const [listed] = [...listOf(schema['examples']), ...listOf(schema['enum'])].filter((value) => fits(value, schema))
  if (listed !== undefined) return listed
  const [alternative] = [...listOf(oneOf), ...listOf(anyOf)]
  const own = ofType(schema, fields)
  if (!isNode(alternative)) return own
  const chosen = sampleOf(alternative, fields)
  return isNode(own) && isNode(chosen) ? { ...own, ...chosen } : chosen
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function ofType(schema: JsonSchema, fields: SampledFields): unknown {
  const { type, minimum, items, properties } = schema
  const first = Array.isArray(type) ? type.find((name) => name !== 'null') : type
  if (isNode(properties)) return ofProperties(properties, listOf(schema['required']), fields)
  if (first === 'integer' || first === 'number') return typeof minimum === 'number' ? minimum : 1
  if (first === 'boolean') return false
  if (first === 'array') return isNode(items) ? [sampleOf(items, fields)] : []
  if (first === 'object') return {}
  return texts.find((text) => fits(text, schema)) ?? 'sample'
}

function ofProperties(properties: Node, required: readonly unknown[], fields: SampledFields): Config {
  const wanted = ([key, schema]: [string, unknown]) =>
    fields === 'all' || required.includes(key) || (isNode(schema) && ['default', 'examples', 'const'].some((word) => word in schema))
  const entries = Object.entries(properties).filter(wanted)
  return Object.fromEntries(entries.map(([key, schema]) => [key, isNode(schema) ? sampleOf(schema, fields) : null]))
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
