import { describe, expect, it } from 'vitest'
import { components } from '../../../../framework/components/index.ts'
import { createLanguage } from '../../../../framework/manifest/definition/language.ts'
import { sampleConfig, validateManifest } from '../../../../framework/runtime/assembly/validate.ts'

const language = createLanguage(components)
const text = `type: DeclarativeSource
version: 1.0.0
check: { stream_names: [a] }
spec: { connection_specification: { type: object, properties: { days: { type: integer, default: 7 } } } }
streams:
  - name: a
    retriever:
      requester: { url_base: "https://example.com", path: "/{{ config.days }}", authenticatr: {} }
      record_selector: { extractor: { field_path: [] } }
      paginator:
        type: DefaultPaginator
        pagination_strategy: { type: PageIncrement, page_size: "{{ config.days }}" }
    schema_loader: { type: InlineSchemaLoader, schema: {} }
`
const validate = (source: string) => {
  const { errors, warnings } = validateManifest(source, 'm.yaml', language)
  return { errors: errors.map(({ message }) => message), warnings: warnings.map(({ message }) => message) }
}

describe('validateManifest', () => {
  it('accepts what builds, and warns about what nobody reads', () => {
    expect(validate(text)).toEqual({
      errors: [],
      warnings: [
        expect.stringMatching(
          /requester\.authenticatr: HttpRequester has no field 'authenticatr'; did you mean authenticator\?.*\(m\.yaml:8:/,
        ),
      ],
    })
  })

  it.each([
    ['the text', 'a: [', 'm.yaml:1:'],
    ['references', text.replace('{ field_path: [] }', '"#/definitions/x"'), "'definitions' does not exist"],
    ['components', text.replace('PageIncrement', 'PageIncrment'), "unknown PaginationStrategy 'PageIncrment'; did you mean PageIncrement?"],
    ['templates', text.replace('{{ config.days }}"', '{{ config.days "'), '(m.yaml:8:'],
  ])('reports errors of %s', (_, source, message) => {
    expect(validate(source).errors.join('\n')).toContain(message)
  })
})

describe('sampleConfig', () => {
  it.each([
    [{ default: 5 }, 5],
    [{ examples: ['x'], type: 'string' }, 'x'],
    [{ enum: ['b', 'c'] }, 'b'],
    [{ const: 'k' }, 'k'],
    [{ type: ['null', 'integer'], minimum: 3 }, 3],
    [{ type: 'boolean' }, false],
    [{ type: 'array', items: { type: 'string' } }, ['sample']],
    [{ type: 'string', format: 'date-time' }, '2024-01-01T00:00:00Z'],
    [{ type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }, '2024-01-01'],
    [{ oneOf: [{ required: ['key'], properties: { kind: { const: 'a' }, key: { type: 'string' } } }] }, { kind: 'a', key: 'sample' }],
    [{ type: 'object', required: ['x'], properties: { x: { type: 'number' } } }, { x: 1 }],
  ])('makes of %j the value %j', (schema, value) => {
    expect(sampleConfig({ type: 'object', properties: { field: schema } }, 'all')).toEqual({ field: value })
    expect(sampleConfig({ type: 'object', required: ['field'], properties: { field: schema } }, 'required')).toEqual({ field: value })
  })

  it('leaves out optional fields that have neither example nor default', () => {
    const properties = { a: { type: 'string' }, b: { type: 'string', default: 'x' }, c: { type: 'string', examples: ['y'] } }
    expect(sampleConfig({ type: 'object', properties }, 'required')).toEqual({ b: 'x', c: 'y' })
  })
})
