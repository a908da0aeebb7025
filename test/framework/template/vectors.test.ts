import { describe, expect, it } from 'vitest'
import { sharedFolder } from '../../shared.ts'
import { differences, vectorsOf } from '../components/check-vectors.ts'
import { checks } from './vector-checks.ts'

describe.skipIf(!sharedFolder)('the template language against the recorded vectors', () => {
  it.each(checks)('gives what the reference gave in $file', async (check) => {
    expect(await differences(check)).toEqual([])
    expect(vectorsOf(check).length).toBeGreaterThan(50)
  })
})
