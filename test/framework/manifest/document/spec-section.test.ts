import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseSpecSection } from '../../../../framework/manifest/document/spec-section.ts'
import { loadSpec } from '../../../../framework/runtime/spec.ts'

/** Long enough to be worth it. */
const schemas = `schemas:\n${'  field: {type: string}\n'.repeat(1).padEnd(210_000, '  # filler\n')}`
const spec = 'spec:\n  connection_specification:\n    type: object\n'
const section = (text: string) => parseSpecSection({ text, file: 'm.yaml' })

describe('parseSpecSection', () => {
  it('parses the section alone, with the lines of the file', () => {
    const parsed = section(`version: 1\n${spec}${schemas}`)
    expect(parsed?.root).toEqual({ spec: { connection_specification: { type: 'object' } } })
    expect(parsed?.positions.locate((parsed.root as { spec: object }).spec, 'connection_specification')).toMatchObject({ line: 3 })
  })

  it.each([
    ['a short text', spec],
    ['a reference', `version: 1\nspec:\n  connection_specification: "#/definitions/x"\n${schemas}`],
    ['an alias', `version: 1\nspec:\n  connection_specification: *x\n${schemas}`],
    ['an anchor', `version: 1\nspec:\n  connection_specification: &x {}\n${schemas}`],
    ['two documents', `version: 1\n${spec}---\n${schemas}`],
    ['a key twice', `version: 1\n${spec}${spec}${schemas}`],
    ['quoted keys', `"version": 1\n${spec}${schemas}`],
    ['flow style', `{"version": 1,\n${schemas}`],
  ])('leaves %s to the whole parse', (_, text) => expect(section(text)).toBeUndefined())

  it('gives the spec that the whole parse gives', () => {
    const text = (rest: string) => `type: DeclarativeSource\n${spec}  documentation_url: https://example.com\n${rest}`
    expect(loadSpec(text(schemas), 'm.yaml')).toEqual(loadSpec(text(''), 'm.yaml'))
  })
})

describe('a spec beside the manifest', () => {
  function folder(files: Readonly<Record<string, string>>): string {
    const path = mkdtempSync(join(tmpdir(), 'connector-spec-'))
    onTestFinished(() => rmSync(path, { recursive: true }))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
    return join(path, 'manifest.yaml')
  }
  const schema = { type: 'object', required: ['key'] }
  const json = JSON.stringify({
    documentationUrl: 'https://example.com',
    connectionSpecification: schema,
    advanced_auth: { auth_flow_type: 'oauth2.0' },
  })
  const manifest = 'type: DeclarativeSource\nstreams: []\n'

  it.each([
    ['spec.json', json],
    [
      'spec.yaml',
      'documentationUrl: https://example.com\nconnectionSpecification: {type: object, required: [key]}\nadvanced_auth: {auth_flow_type: oauth2.0}',
    ],
    ['spec.yml', json],
  ])('is read from %s', (name, text) => {
    const expected = {
      connectionSpecification: schema,
      documentationUrl: 'https://example.com',
      advanced_auth: { auth_flow_type: 'oauth2.0' },
    }
    expect(loadSpec(manifest, folder({ [name]: text }))).toMatchObject(expected)
    expect(loadSpec(manifest + schemas, folder({ [name]: text }))).toMatchObject(expected)
  })

  it('gives way to the one inside', () => {
    expect(loadSpec(manifest + spec, folder({ 'spec.json': json })).connectionSpecification).toEqual({ type: 'object' })
  })

  it('is not needed: any config is accepted then', () => {
    expect(loadSpec(manifest, folder({})).connectionSpecification).toEqual({ type: 'object', additionalProperties: true })
  })

  it('is an error with its place when it is not a mapping', () => {
    expect(() => loadSpec(manifest, folder({ 'spec.json': '[]' }))).toThrow('spec.json:1:1: a spec is a mapping, found a list')
  })
})
