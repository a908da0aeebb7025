import nock from 'nock'
import { afterEach, describe, expect, it } from 'vitest'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { sharedFolder } from '../../../shared.ts'
import { readVectors } from '../../../vectors.ts'
import { differences, recordOf } from '../check-vectors.ts'
import { byText, checks, readChild } from './vector-checks.ts'

/** Its requests start from a state that was not recorded. */
const stateless = '915bb630ed98'

describe.skipIf(!sharedFolder)('partition routers as recorded', () => {
  afterEach(() => {
    nock.cleanAll()
  })

  it.each(checks)('$component', async (check) => {
    expect(await differences(check)).toEqual([])
  })

  it('hands the only value of an old child state down to incremental parents', async () => {
    const vector = readVectors('per_partition_state_e2e.json').find(({ id }) => id === stateless)
    const outcome = await readChild({ ...vector?.input, initial_state: { created_at: '2024-01-02T00:00:00Z' } })
    expect(recordOf(outcome)['rows']).toEqual(byText(recordOf(vector?.expected)['expected_records'] as readonly Row[]))
  })
})
