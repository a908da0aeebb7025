import { describe, expect, it } from 'vitest'
import { sharedFolder } from '../../../shared.ts'
import { differences } from '../check-vectors.ts'
import { checks } from './vector-checks.ts'

describe.skipIf(!sharedFolder)('call rates as recorded', () => {
  it.each(checks)('$component', async (check) => {
    expect(await differences(check)).toEqual([])
  })
})
