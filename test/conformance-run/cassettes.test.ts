import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import waivers from '../cassettes-waivers.json' with { type: 'json' }
import { sharedFolder } from '../shared.ts'
import { readCassettes, replay } from './cassettes.ts'

const cassettes = sharedFolder ? readCassettes(join(sharedFolder, 'vectors')) : []
const corpus = join(sharedFolder ?? '', 'corpus/airbyte')
const connectors = [...new Set(cassettes.map(({ connector }) => connector))]
const waived: Readonly<Record<string, string>> = waivers

describe.skipIf(cassettes.length === 0)('streams of real manifests', () => {
  it('are recorded', () => expect(cassettes.length).toBeGreaterThan(2000))

  it.each(connectors)('%s makes the requests, slices, records and states of the recording', async (connector) => {
    const problems: string[] = []
    for (const cassette of cassettes.filter((candidate) => candidate.connector === connector)) {
      const id = `${connector}/${cassette.stream}`
      const differences = await replay(cassette, corpus)
      if (id in waived && differences.length === 0) problems.push(`${id}: the waiver is not needed`)
      if (!(id in waived)) problems.push(...differences.map((difference) => `${id}: ${difference}`))
    }
    expect(problems).toEqual([])
  })
})
