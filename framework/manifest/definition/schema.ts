import { defined } from '../../defined.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import type { Component, Field, Language } from './component.ts'
import { customTypes, defaultTypes } from './default-types.ts'
import { envelopeSchema } from './envelope.ts'

const reference = (name: string): JsonSchema => ({ $ref: `#/definitions/${name}` })

/**
 * JSON Schema (draft-07) of our manifests, for editors. `#/definitions/<family>` is any component of a family,
 * `#/definitions/<family>.<type>` one component. Anything may be a reference in the place of a value.
 */
export function languageSchema(language: Language): JsonSchema {
  const families = new Map(language.components.map(({ family }) => [family.name, family]))
  const implied = impliedTypes(language)
  const definitions: Record<string, JsonSchema> = { Reference: referenceSchema }
  for (const family of [...families.values()].sort((a, b) => compare(a.name, b.name))) {
    const members = [...language.family(family)].sort((a, b) => compare(a.type, b.type))
    definitions[family.name] = {
      description: family.description,
      anyOf: [...members.map(({ type }) => reference(`${family.name}.${type}`)), reference('Reference')],
    }
    for (const member of members) definitions[`${family.name}.${member.type}`] = componentSchema(member, implied)
  }
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'connector manifest', ...withKnownFamilies(definitions) }
}

/** `$ref: "#/definitions/x"` with more keys beside it, or the bare text. */
const referenceSchema: JsonSchema = {
  description: 'A value written elsewhere in the manifest.',
  anyOf: [
    { type: 'string', pattern: '^#/' },
    { type: 'object', required: ['$ref'], properties: { $ref: { type: 'string', pattern: '^#/' } } },
  ],
}

/** Families that the envelope names but no component of this language belongs to accept any mapping. */
function withKnownFamilies(definitions: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const missing = ['ApiBudget', 'Stream', 'Discovery', 'Check'].filter((name) => !(name in definitions))
  return { ...envelopeSchema, definitions: { ...definitions, ...Object.fromEntries(missing.map((name) => [name, { type: 'object' }])) } }
}

function componentSchema({ type, summary, fields, examples, aliases }: Component, implied: ReadonlySet<unknown>): JsonSchema {
  const named = implied.has(type) ? [] : ['type']
  const required = Object.entries(fields).flatMap(([name, field]) => (field.optional ? [] : [name]))
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)]))
  return {
    title: type,
    description: summary,
    type: 'object',
    properties: {
      type: aliases.length > 0 ? { enum: [type, ...aliases] } : { const: type },
      ...properties,
      $parameters: {
        type: 'object',
        description: 'Values that templates below see as `parameters`, and fields below take when they are empty.',
      },
    },
    required: [...named, ...required],
    additionalProperties: false,
    examples: examples.map(({ manifest }) => manifest),
  }
}

/** Types that a node may leave out because the place where it stands says them. */
function impliedTypes({ components }: Language): ReadonlySet<unknown> {
  const ofSlots = components.flatMap(({ fields }) => Object.values(fields).map(({ schema }) => slotDefault(schema)))
  return new Set([...defaultTypes.values(), ...customTypes.values(), ...ofSlots])
}

function slotDefault(schema: JsonSchema): unknown {
  const { items } = schema
  return typeof items === 'object' && items !== null ? slotDefault(items as JsonSchema) : schema['x-default-type']
}

/** A field's schema; a reference may stand in for any value. */
function fieldSchema({ schema }: Field<unknown>): JsonSchema {
  const { description, examples, default: fallback, ...rest } = schema
  const isFamily = typeof rest['$ref'] === 'string'
  return {
    ...defined({ description, examples, default: fallback }),
    // Keywords beside $ref are ignored in draft-07, hence allOf.
    ...(isFamily ? { allOf: [rest] } : { anyOf: [rest, reference('Reference')] }),
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
