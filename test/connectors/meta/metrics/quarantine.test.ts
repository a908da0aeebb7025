import { describe, expect, it } from 'vitest'
import { Quarantine } from '../../../../connectors/meta/metrics/quarantine.ts'
import { ConnectorError } from '../../../../framework/errors.ts'

const asked = { object: 'fb_page', way: 'day//', account: '1' }
const error = (code: string) => new ConnectorError(code, 'refused')

describe('Quarantine', () => {
  it('gives the names themselves while nothing is refused', () => {
    const names = ['a', 'b']
    expect(new Quarantine().remaining(names, asked)).toBe(names)
  })

  it.each([
    ['ERR_METRIC_REFUSED', { way: 'week//' }, ['b']],
    ['ERR_METRIC_REFUSED', { account: '2' }, ['b']],
    ['ERR_METRIC_REFUSED', { object: 'fb_post' }, ['a', 'b']],
    ['ERR_PERIOD_REFUSED', { account: '2' }, ['b']],
    ['ERR_PERIOD_REFUSED', { way: 'week//' }, ['a', 'b']],
    ['ERR_PERMISSION', {}, ['b']],
    ['ERR_PERMISSION', { account: '2' }, ['a', 'b']],
    ['ERR_PERMISSION', { item: '1_9' }, ['b']],
  ])('after %s asks %j for %j', (code, other, expected) => {
    const quarantine = new Quarantine()
    quarantine.add('a', asked, error(code))
    expect(quarantine.remaining(['a', 'b'], { ...asked, ...other })).toEqual(expected)
  })

  it('keeps a refusal of one post to that post', () => {
    const quarantine = new Quarantine()
    quarantine.add('a', { ...asked, item: '1_1' }, error('ERR_METRIC_UNSUPPORTED'))
    expect(quarantine.remaining(['a'], { ...asked, item: '1_1' })).toEqual([])
    expect(quarantine.remaining(['a'], { ...asked, item: '1_2' })).toEqual(['a'])
  })

  it('tells news from what was known', () => {
    const quarantine = new Quarantine()
    expect(quarantine.add('a', asked, error('ERR_METRIC_REFUSED'))).toBe(true)
    expect(quarantine.add('a', { ...asked, account: '2' }, error('ERR_METRIC_REFUSED'))).toBe(false)
  })

  it('runs searches one after another, also after one that failed', async () => {
    const quarantine = new Quarantine()
    const log: string[] = []
    const work = (name: string) => async () => {
      log.push(`${name} begins`)
      await Promise.resolve()
      log.push(`${name} ends`)
      if (name === 'first') throw new Error('lost')
    }
    const first = quarantine.exclusive('fb_page', work('first'))
    const second = quarantine.exclusive('fb_page', work('second'))
    await expect(first).rejects.toThrow('lost')
    await second
    expect(log).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  })
})
