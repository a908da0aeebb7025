import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { components } from '../../../../framework/components/index.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { createLanguage } from '../../../../framework/manifest/definition/language.ts'
import { languageSchema } from '../../../../framework/manifest/definition/schema.ts'
import { testContext } from '../../build.ts'

const language = createLanguage(components)
const schema = languageSchema(language)
const ajv = new Ajv({ strict: false, allErrors: true }).addSchema(schema, 'manifest')
const examples = components.flatMap((component) =>
  component.examples.map(({ title, manifest, config = {} }) => [component.type, title, component, manifest, config] as const),
)

function errorsOf(definition: string, value: unknown): readonly string[] {
  const check = ajv.getSchema(`manifest#/definitions/${definition}`)
  if (!check) throw new Error(`no definition ${definition}`)
  return check(value) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe('languageSchema', () => {
  it('is a JSON Schema itself', () => {
    expect(ajv.validateSchema(schema)).toBe(true)
  })

  it('is the same every time', () => {
    expect(JSON.stringify(languageSchema(createLanguage([...components].reverse())))).toBe(JSON.stringify(schema))
  })

  it('knows every component, and describes every field', () => {
    const bare = components.flatMap(({ type, fields, summary, examples }) => [
      ...(summary && examples.length > 0 ? [] : [`${type} has no summary or example`]),
      ...Object.entries(fields).flatMap(([name, field]) => (field.schema['description'] ? [] : [`${type}.${name} has no description`])),
    ])
    expect(bare).toEqual([])
    expect(Object.keys(schema['definitions'] ?? {})).toEqual(
      expect.arrayContaining(components.map(({ type, family }) => `${family.name}.${type}`)),
    )
  })

  it.each(examples)('%s: example "%s" fits the schema', (_, __, { family, type }, manifest) => {
    expect(errorsOf(`${family.name}.${type}`, manifest)).toEqual([])
    expect(errorsOf(family.name, manifest)).toEqual([])
  })

  it.each(examples)('%s: example "%s" builds', (_, __, { family }, manifest, config) => {
    expect(buildComponent(family, manifest, testContext({ config }))).toBeDefined()
  })

  it.each([
    ['an unknown field', { type: 'CursorPagination', cursor_value: 'x', page_sise: 1 }],
    ['a missing field', { type: 'CursorPagination' }],
    ['an unknown type', { type: 'CursorPaginaton', cursor_value: 'x' }],
    ['a wrong kind of value', { type: 'CursorPagination', cursor_value: [] }],
  ])('refuses %s', (_, value) => {
    expect(errorsOf('PaginationStrategy', value)).not.toEqual([])
  })

  it.each([
    ['a bare reference', '#/definitions/x'],
    ['a reference with keys of its own', { $ref: '#/definitions/x', page_size: 5 }],
    ['a reference in a field', { type: 'CursorPagination', cursor_value: '#/definitions/x', page_size: { $ref: '#/definitions/y' } }],
  ])('accepts %s', (_, value) => {
    expect(errorsOf('PaginationStrategy', value)).toEqual([])
  })
})
