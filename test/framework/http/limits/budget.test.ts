import { describe, expect, it } from 'vitest'
import { createBudget } from '../../../../framework/http/limits/budget.ts'
import { createFakeClock } from '../fixtures.ts'

describe('Budget', () => {
  it('lets exactly the booked number through, batches by their weight', () => {
    const budget = createBudget({ maxRequests: 10, clock: createFakeClock() })
    budget.take(4)
    expect(() => budget.take(7)).toThrow(expect.objectContaining({ name: 'StoppedError', code: 'ERR_REQUEST_BUDGET' }))
    expect(budget.spent).toBe(4)
    budget.take(6)
    expect(() => budget.assertOpen(1)).toThrow(expect.objectContaining({ code: 'ERR_REQUEST_BUDGET' }))
    expect(budget.spent).toBe(10)
  })

  it('lets nothing through when it is 0', () => {
    expect(() => createBudget({ maxRequests: 0, clock: createFakeClock() }).take(1)).toThrow(/0 requests/)
  })

  it('closes at the deadline', () => {
    const clock = createFakeClock()
    const budget = createBudget({ deadlineSeconds: 60, clock })
    clock.pass(59.5)
    budget.take(1)
    expect(budget.millisecondsLeft()).toBe(500)
    clock.pass(0.5)
    expect(() => budget.take(1)).toThrow(expect.objectContaining({ name: 'StoppedError', code: 'ERR_DEADLINE' }))
    clock.pass(100)
    expect(budget.millisecondsLeft()).toBe(0)
  })

  it('without limits never closes', () => {
    const budget = createBudget({ clock: createFakeClock() })
    budget.take(1e9)
    expect(budget.millisecondsLeft()).toBe(Number.POSITIVE_INFINITY)
  })
})
