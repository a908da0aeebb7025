import nock from 'nock'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedFolder } from '../../../shared.ts'
import { differences } from '../check-vectors.ts'
import { checks } from './vector-checks.ts'

describe.skipIf(!sharedFolder)('streams as recorded', () => {
  beforeAll(() => nock.disableNetConnect())
  afterAll(() => nock.enableNetConnect())

  it.each(checks)('$file', { timeout: 60_000 }, async (check) => {
    expect(await differences(check)).toEqual([])
  })
})
