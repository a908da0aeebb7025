import { describe, expect, it } from 'vitest'
import { parseContract } from '../../schemas/contract.ts'

const contract = (tables: string, columns = tables, data_types = tables) => ({ tables, columns, data_types })

describe('parseContract', () => {
  it.each([
    [[], 'posts', contract('evolve')],
    [['freeze'], 'posts', contract('freeze')],
    [['columns=discard_value'], 'posts', contract('evolve', 'discard_value', 'evolve')],
    [['freeze,posts:columns=evolve'], 'posts', contract('freeze', 'evolve', 'freeze')],
    [['freeze', 'page_*:discard_row'], 'page_insights', contract('discard_row')],
    [['freeze', 'page_*:discard_row'], 'posts', contract('freeze')],
  ])('reads %j for %s', (rules, kind, expected) => {
    expect(parseContract(rules)(kind)).toEqual(expected)
  })

  it.each(['freez', 'colums=freeze', 'posts:', 'a:b:freeze', ''])('refuses %j and names what is known', (rule) => {
    expect(() => parseContract([rule])).toThrow(expect.objectContaining({ code: 'ERR_FLAG_INVALID' }))
  })
})
