import { describe, expect, it } from 'vitest'
import { sharedFolder } from '../../shared.ts'
import { differences } from '../components/check-vectors.ts'
import { checks } from './vector-checks.ts'

describe.skipIf(!sharedFolder)('manifests as processed by the reference', () => {
  it.each(checks)('$component', async (check) => {
    expect(await differences(check)).toEqual([])
  })
})
