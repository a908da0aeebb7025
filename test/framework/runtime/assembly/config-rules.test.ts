import { describe, expect, it } from 'vitest'
import { components } from '../../../../framework/components/index.ts'
import { type PreparedConfig, prepareConfig } from '../../../../framework/manifest/config.ts'
import type { Node } from '../../../../framework/manifest/definition/build.ts'
import { createLanguage } from '../../../../framework/manifest/definition/language.ts'
import { loadManifest } from '../../../../framework/manifest/manifest.ts'
import { buildConfigRules } from '../../../../framework/runtime/assembly/config-rules.ts'

const rename = {
  type: 'ConfigMigration',
  transformations: [
    { type: 'ConfigAddFields', fields: [{ path: ['api_key'], value: "{{ config['key'] }}" }], condition: "{{ config.get('key', '') }}" },
    { type: 'ConfigRemoveFields', field_pointers: [['key']] },
  ],
}
const connection_specification = {
  type: 'object',
  required: ['api_key'],
  additionalProperties: true,
  properties: { api_key: { type: 'string', airbyte_secret: true }, key: { type: 'string', airbyte_secret: true } },
}

function prepare(rules: unknown, given: Node): Promise<PreparedConfig> {
  const spec = { type: 'Spec', connection_specification, config_normalization_rules: rules }
  const text = JSON.stringify({ version: '6.0.0', type: 'DeclarativeSource', check: { stream_names: [] }, streams: [], spec })
  const manifest = loadManifest({ text, file: 'm.yaml' })
  return prepareConfig(manifest, given, { env: {}, rules: buildConfigRules(manifest, createLanguage(components), given) })
}

describe('config_normalization_rules', () => {
  it('brings a config up to date before it is checked, and tells what is to be kept', async () => {
    const given = Object.freeze({ key: 'sandbox-old-key' })
    expect(await prepare({ config_migrations: [rename] }, given)).toEqual({
      config: { api_key: 'sandbox-old-key' },
      secrets: ['sandbox-old-key', 'sandbox-old-key'],
      migrated: { api_key: 'sandbox-old-key' },
    })
  })

  it('has nothing to tell when the config is up to date', async () => {
    const config = { api_key: 'sandbox-key' }
    expect(await prepare({ config_migrations: [rename] }, config)).toEqual({ config, secrets: ['sandbox-key'] })
  })

  it('changes the config for this run alone', async () => {
    const transformations = [{ type: 'ConfigRemapField', map: { eu: 'eu.example.com' }, field_path: ['region'] }]
    const prepared = await prepare({ transformations }, { api_key: 'sandbox-key', region: 'eu' })
    expect(prepared.config).toEqual({ api_key: 'sandbox-key', region: 'eu.example.com' })
    expect(prepared.migrated).toBeUndefined()
  })

  const named = { type: 'ValidateAdheresToSchema', base_schema: { type: 'object', required: ['name'] } }
  const validations = (...validators: readonly Node[]) => ({ validations: validators })

  it.each([
    ['a field that does not fit', { type: 'DpathValidator', field_path: ['report'], validation_strategy: named }, 'report'],
    ['one of several', { type: 'DpathValidator', field_path: ['reports', '*'], validation_strategy: named }, 'reports.*'],
    ['a text that is not JSON', { type: 'DpathValidator', field_path: ['api_key'], validation_strategy: named }, 'it is not valid JSON'],
    ['a value made of it', { type: 'PredicateValidator', value: '{{ config.report }}', validation_strategy: named }, "property 'name'"],
    [
      'by a schema of the config',
      {
        type: 'PredicateValidator',
        value: 5,
        validation_strategy: { type: 'ValidateAdheresToSchema', base_schema: '{{ config.schema }}' },
      },
      'must be string',
    ],
  ])('refuses %s', async (_, validator, message) => {
    const config = { api_key: 'sandbox-key', report: {}, reports: [{ name: 1 }, {}], schema: { type: 'string' } }
    const refused = prepare(validations(validator), config)
    await expect(refused).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID', message: expect.stringContaining(message) })
    await expect(refused).rejects.not.toThrow('sandbox-key')
  })

  it('accepts what fits, and paths that lead nowhere', async () => {
    const config = { api_key: 'sandbox-key', report: '{"name": "x"}' }
    const rules = validations(
      { type: 'DpathValidator', field_path: ['report'], validation_strategy: named },
      { type: 'DpathValidator', field_path: ['none'], validation_strategy: named },
    )
    expect((await prepare(rules, config)).config).toEqual(config)
  })

  it('names the place of a rule that cannot be built', () => {
    expect(() => prepare({ transformations: [{ type: 'ConfigAddField' }] }, {})).toThrow(
      "spec.config_normalization_rules.transformations[0]: unknown ConfigTransformation 'ConfigAddField'; did you mean ConfigAddFields?",
    )
  })
})
