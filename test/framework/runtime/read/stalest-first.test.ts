import { describe, expect, it } from 'vitest'
import type { BoundStream } from '../../../../framework/runtime/assembly/bound-stream.ts'
import { stalestFirst } from '../../../../framework/runtime/read/stalest-first.ts'

const stream = (name: string, accountId?: string, cursor: object | undefined = { cursorField: 'day', readAt: () => undefined }) =>
  ({ info: { name, accountId }, stream: { cursor } }) as unknown as BoundStream

const order = (streams: readonly BoundStream[], state: Parameters<typeof stalestFirst>[1]) =>
  stalestFirst(streams, state).map((place) => streams[place]?.info.name)

describe('stalestFirst', () => {
  const two = [stream('a1', 'a'), stream('a2', 'a'), stream('b1', 'b'), stream('b2', 'b')]

  it.each([
    ['keeps the order without state', {}, ['a1', 'a2', 'b1', 'b2']],
    ['puts an account first that was never read', { a1: { day: '2026-01-02' }, a2: { day: '2026-01-02' } }, ['b1', 'b2', 'a1', 'a2']],
    [
      'goes by the stalest stream of an account',
      { a1: { day: '2026-01-05' }, a2: { day: '2026-01-03' }, b1: { day: '2026-01-02' }, b2: { day: '2026-01-09' } },
      ['b1', 'b2', 'a1', 'a2'],
    ],
    [
      'takes no notice of streams that found nothing yet',
      { a1: { day: '2026-01-05' }, a2: {}, b1: { day: '2026-01-02' }, b2: { day: '2026-01-02' } },
      ['b1', 'b2', 'a1', 'a2'],
    ],
  ])('%s', (_, state, expected) => expect(order(two, state)).toEqual(expected))

  it('asks the cursor where the value of its field says nothing about the read', () => {
    const own = { cursorField: 'posted', readAt: (state: Record<string, unknown>) => Date.parse(String(state['looked_at'])) }
    const streams = [stream('quiet', 'quiet', own), stream('busy', 'busy', own)]
    const state = { quiet: { posted: '2020-01-01', looked_at: '2026-01-02' }, busy: { posted: '2026-01-01', looked_at: '2026-01-01' } }
    expect(order(streams, state)).toEqual(['busy', 'quiet'])
  })

  it('leaves streams without an account where they are among themselves', () => {
    expect(order([stream('x'), stream('y')], { x: { day: '2026-01-02' } })).toEqual(['x', 'y'])
  })
})
