import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from '../conformance/postgres-server.ts'
import { startS3 } from '../conformance/s3-server.ts'
import { Goldens } from './golden.ts'
import { perform } from './perform.ts'
import type { Servers } from './place.ts'
import { type OutputKind, outputs, type Product, products, type Scenario, scenarioOf } from './scenario.ts'
import { canMount } from './small-disk.ts'

/** Seeds of an output in `npm test`; `npm run test:kill` takes as many as it is told to. */
const seedsEach = 25
/** And of posts, which are read little by little. */
const seedsOfPosts = 4

const steady = products.filter((product) => product !== 'instagram_posts')

/** A part of what `npm run test:kill` does, for one output. */
export function killSuite(output: OutputKind): void {
  const scenarios = [...scenariosOf(output, steady, seedsEach), ...scenariosOf(output, ['instagram_posts'], seedsOfPosts)]

  describe(`a read into ${output} that is interrupted`, { timeout: 120_000 }, () => {
    let servers: Servers | undefined
    let goldens: Goldens | undefined
    beforeAll(async () => {
      servers = { postgres: await startPostgres(), s3: await startS3() }
      goldens = new Goldens(servers)
    })
    afterAll(async () => {
      await servers?.postgres.stop()
      await servers?.s3.stop()
    })

    it.each(scenarios)('and resumed gives what an undisturbed one gives ($product, seed $seed)', async (scenario) => {
      if (!servers || !goldens) throw new Error('the servers did not start')
      const { failures } = await perform(scenario, servers, goldens)
      expect(failures, JSON.stringify(scenario)).toEqual([])
    })
  })
}

/** The first seeds that lead to this output while seeds take turns at these products. */
function scenariosOf(output: OutputKind, turns: readonly Product[], count: number): readonly Scenario[] {
  const means = { mounts: canMount(), worlds: 1, most: 1, products: turns }
  const round = outputs.length * turns.length
  const first = outputs.indexOf(output) * turns.length
  const seeds = Array.from({ length: count }, (_, index) => round * Math.floor(index / turns.length) + first + (index % turns.length))
  return seeds.map((seed) => scenarioOf(seed, means))
}
