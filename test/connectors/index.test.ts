import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { connectors } from '../../connectors/index.ts'
import { components } from '../../framework/components/index.ts'
import { createLanguage } from '../../framework/manifest/definition/language.ts'
import { loadManifest } from '../../framework/manifest/manifest.ts'

const root = new URL('../../', import.meta.url)

describe('connectors', () => {
  it.each(connectors)('$product has a manifest of its id and name, and a README', ({ id, product, name, manifest }) => {
    const text = readFileSync(new URL(manifest, root), 'utf8')
    const loaded = loadManifest({ file: manifest, text })
    expect(loaded).toMatchObject({ id, name, dialect: 'native' })
    expect(loaded.taxonomy?.product).toBe(product)
    expect(existsSync(fileURLToPath(new URL(`connectors/${product}/README.md`, root)))).toBe(true)
  })

  it.each(connectors)('$product adds components that the language can take', async ({ load }) => {
    const parts = await load()
    expect(() => createLanguage([...components, ...parts.components])).not.toThrow()
  })

  it('have products and ids of their own', () => {
    expect(new Set(connectors.map(({ id }) => id)).size).toBe(connectors.length)
    expect(new Set(connectors.map(({ product }) => product)).size).toBe(connectors.length)
  })
})
