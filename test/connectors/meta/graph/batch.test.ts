import { describe, expect, it } from 'vitest'
import { batchAnswers, batchFailure, batchFields, relativeUrl } from '../../../../connectors/meta/graph/batch.ts'

const item = (code: number, body: unknown) => ({ code, headers: [], body: JSON.stringify(body) })
const failed = (code: number) => item(400, { error: { code, message: 'x' } })

describe('batchFields', () => {
  it('lists GET calls relative to the root', () => {
    const url = relativeUrl('1_2/insights', { metric: 'a,b', period: 'lifetime' })
    expect(batchFields([url])).toEqual({
      batch: '[{"method":"GET","relative_url":"1_2/insights?metric=a%2Cb&period=lifetime"}]',
      include_headers: 'true',
    })
  })
})

describe('batchAnswers', () => {
  it('tells answers, errors and items that were not done apart, in order', () => {
    const answers = batchAnswers([item(200, { data: [] }), failed(100), null, { code: 200, body: '{"da' }, item(500, {})], 5)
    expect(answers.map(({ kind }) => kind)).toEqual(['answer', 'error', 'undone', 'undone', 'undone'])
  })

  it('keeps every digit of large integers', () => {
    const [answer] = batchAnswers([{ code: 200, body: '{"data":[{"id":18000000000000000123}]}' }], 1)
    expect(answer).toEqual({ kind: 'answer', body: { data: [{ id: '18000000000000000123' }] } })
  })

  it.each([
    [{ data: [] }, 'no list'],
    [[null], '1 answers'],
  ])('refuses %j for two calls', (body, found) => {
    expect(() => batchAnswers(body, 2)).toThrow(found)
  })
})

describe('batchFailure', () => {
  it.each([
    ['an item answered', [item(200, {}), failed(80001)], undefined],
    ['an item was refused for good', [failed(100), failed(80001)], undefined],
    ['no item was done', [null, null], 'undone'],
    ['all items hit a limit', [null, failed(80001), failed(2)], { code: 80001 }],
    ['the server failed all items', [failed(2), failed(1)], { code: 2 }],
    ['the body is not a batch', { data: [] }, undefined],
    ['the list is empty', [], undefined],
  ])('when %s', (_, body, expected) => {
    const failure = batchFailure(body)
    if (typeof expected === 'object') expect(failure).toMatchObject(expected)
    else expect(failure).toBe(expected)
  })
})
