import { describe, expect, it } from 'vitest'
import { typeNames } from '../../schemas/schema-for-code.ts'

describe('typeNames', () => {
  it('gives every kind a name of its own', () => {
    expect([...typeNames(['page_insights', 'page-insights', '2fast', 'ünï']).values()]).toEqual([
      'PageInsights',
      'PageInsights2',
      'Stream2fast',
      'N',
    ])
  })
})
