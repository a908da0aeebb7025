import { describe, expect, it } from 'vitest'
import waivers from '../cassettes-waivers.json' with { type: 'json' }
import { corpusFolder, vectorsFolder } from '../shared.ts'
import { readCassettes, replay } from './cassettes.ts'
import { readCorpus } from './corpus.ts'

const cassettes = vectorsFolder ? readCassettes(vectorsFolder) : []
const corpus = corpusFolder ?? ''
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

describe.skipIf(cassettes.length === 0)('real manifests', () => {
  it('load, build and are discovered as the reference does', { timeout: 180_000 }, async () => {
    const manifests = await readCorpus(corpus, vectorsFolder ?? '', cassettes)
    expect(manifests.length).toBeGreaterThan(280)
    const held = manifests.filter(({ connector }) => !(connector in waived))
    expect(held.flatMap(({ connector, problems }) => problems.map((problem) => `${connector}: ${problem}`))).toEqual([])
    const needless = manifests.filter(({ connector, problems }) => connector in waived && problems.length === 0)
    expect(needless.map(({ connector }) => connector)).toEqual([])
  })
})
