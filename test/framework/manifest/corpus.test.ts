import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isNode } from '../../../framework/manifest/definition/build.ts'
import { propagate } from '../../../framework/manifest/document/parameters.ts'
import { resolveReferences } from '../../../framework/manifest/document/references.ts'
import { parseYaml } from '../../../framework/manifest/document/yaml.ts'
import { hashOf } from '../../conformance-run/canonical.ts'
import { sharedFolder } from '../../shared.ts'
import { waiverOf } from '../../vectors.ts'

interface Golden {
  readonly connector: string
  readonly refs_resolved_canonical_sha256: string
  readonly types_params_propagated_canonical_sha256: string
}

const goldenFile = 'corpus/manifest_golden.json'
const textOf = (connector: string) => join(sharedFolder ?? '', 'corpus/airbyte', `${connector}.yaml`)
const golden: readonly Golden[] = sharedFolder ? JSON.parse(readFileSync(join(sharedFolder, 'vectors', goldenFile), 'utf8')) : []
const present = golden.filter(({ connector }) => existsSync(textOf(connector)) && waiverOf(goldenFile, connector) === undefined)

describe.skipIf(!sharedFolder)('foreign manifests', () => {
  it('are there', () => {
    expect(present.length).toBeGreaterThan(250)
  })

  it.each(present)('$connector comes out as in the reference', (expected) => {
    const source = { text: readFileSync(textOf(expected.connector), 'utf8'), file: `${expected.connector}.yaml` }
    const { root, positions } = parseYaml(source, () => 'airbyte')
    const resolved = resolveReferences({ type: 'DeclarativeSource', ...(root as object) }, positions)
    expect(hashOf(resolved)).toBe(expected.refs_resolved_canonical_sha256)
    const propagated = propagate(isNode(resolved) ? resolved : {}, { copied: positions.copied })
    expect(hashOf(propagated)).toBe(expected.types_params_propagated_canonical_sha256)
  })
})
