import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { connectors } from '../../../connectors/index.ts'
import { components } from '../../../framework/components/index.ts'
import { createLanguage } from '../../../framework/manifest/definition/language.ts'
import { languageSchema } from '../../../framework/manifest/definition/schema.ts'
import { parseYaml } from '../../../framework/manifest/document/yaml.ts'
import { loadManifest } from '../../../framework/manifest/manifest.ts'
import { validateManifest } from '../../../framework/runtime/assembly/validate.ts'

describe.each(connectors)('$product', ({ id, name, product, manifest, load }) => {
  const text = readFileSync(new URL(`../../../${manifest}`, import.meta.url), 'utf8')

  it('is what the list of connectors says', () => {
    expect(loadManifest({ text, file: manifest })).toMatchObject({ dialect: 'native', id, name, taxonomy: { product } })
  })

  it('has no errors and no warnings', async () => {
    const language = createLanguage([...components, ...(await load()).components])
    const { errors, warnings } = validateManifest(text, manifest, language)
    expect([...errors, ...warnings].map(({ message }) => message)).toEqual([])
  })

  it('fits the schema that editors use', async () => {
    const language = createLanguage([...components, ...(await load()).components])
    const check = new Ajv({ strict: false, allErrors: true }).compile(languageSchema(language))
    check(parseYaml({ text, file: manifest }, () => 'native').root)
    expect((check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual([])
  })
})
