import { describe, expect, it } from 'vitest'
import { sharedFolder } from '../../../shared.ts'
import { differences, vectorsOf } from '../check-vectors.ts'
import { checks as partChecks } from './unit-vector-checks.ts'
import { checks } from './vector-checks.ts'

describe.skipIf(!sharedFolder)('cursors as recorded', () => {
  it.each([...checks, ...partChecks])('$component', async (check) => {
    expect(await differences(check)).toEqual([])
  })

  it('cover most of what was recorded of their parts', () => {
    const covered = partChecks.reduce((sum, check) => sum + vectorsOf(check).length, 0)
    expect(covered).toBeGreaterThan(1500)
  })
})
