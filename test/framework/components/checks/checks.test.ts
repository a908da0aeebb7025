import { describe, expect, it } from 'vitest'
import { Check, type CheckTarget } from '../../../../framework/components/checks/check.ts'
import { ConnectorError } from '../../../../framework/errors.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { type TestContextOptions, testContext } from '../../build.ts'

type Outcome = 'records' | 'empty' | 'no slices' | Error

function target(outcomes: Readonly<Record<string, Outcome>>, accounts?: number): CheckTarget & { readonly probed: string[] } {
  const probed: string[] = []
  return {
    probed,
    streamNames: Object.keys(outcomes),
    probe: async (name) => {
      probed.push(name)
      const outcome = outcomes[name] ?? 'records'
      if (outcome instanceof Error) throw outcome
      return outcome
    },
    accounts: async () =>
      accounts === undefined ? undefined : Array.from({ length: accounts }, (_, index) => ({ id: `${index}`, name: '', fields: {} })),
  }
}

const build = (node: object, options?: TestContextOptions) => buildComponent(Check, node, testContext(options))
const streams = (...stream_names: string[]) => ({ type: 'CheckStream', stream_names })
const refusal = new ConnectorError('ERR_PERMISSION', 'permission pages_read_engagement is missing')

describe('CheckStream', () => {
  it.each([
    ['has records', 'records', 'SUCCEEDED', undefined],
    ['is empty', 'empty', 'SUCCEEDED', undefined],
    ['has nothing to divide it by yet', 'no slices', 'SUCCEEDED', 'nothing to read yet in a'],
    ['is refused', refusal, 'FAILED', 'stream a cannot be read: permission pages_read_engagement is missing'],
  ] as const)('says of a stream that %s', async (_, outcome, status, message) => {
    expect(await build(streams('a')).check(target({ a: outcome }))).toEqual(message ? { status, message } : { status })
  })

  it('fails without slices where the reference does', async () => {
    const result = await build(streams('a'), { dialect: 'airbyte' }).check(target({ a: 'no slices' }))
    expect(result).toEqual({ status: 'FAILED', message: 'stream a cannot be read: no stream slices were found' })
  })

  it('lists the streams there are when one is unknown', async () => {
    const message = "the check names stream 'pge', which does not exist; did you mean page? known: page, post"
    await expect(build(streams('pge')).check(target({ page: 'records', post: 'records' }))).rejects.toThrow(message)
  })

  it('needs a stream in our manifests', () => {
    expect(() => build({ type: 'CheckStream' })).toThrow("CheckStream needs 'stream_names'")
  })

  it('lets bugs through', async () => {
    await expect(build(streams('a')).check(target({ a: new TypeError('x is not a function') }))).rejects.toThrow(TypeError)
  })

  it('counts the accounts, and fails without any', async () => {
    const counted = async (accounts: number) => build(streams('a')).check(target({ a: 'records' }, accounts))
    expect(await counted(1)).toEqual({ status: 'SUCCEEDED', message: '1 account found' })
    expect(await counted(3)).toEqual({ status: 'SUCCEEDED', message: '3 accounts found' })
    expect(await counted(0)).toMatchObject({ status: 'FAILED', message: expect.stringContaining('sees no account') })
  })

  it('takes other names from the config of a foreign manifest', async () => {
    const probes = target({ a: 'records', b: 'records' })
    await build(streams('a'), { dialect: 'airbyte', config: { __airbyte_check_stream_names: ['b'] } }).check(probes)
    expect(probes.probed).toEqual(['b'])
  })
})

describe('CheckDynamicStream', () => {
  it('tries the first streams', async () => {
    const probes = target({ a: 'records', b: refusal, c: 'records' })
    expect(await build({ type: 'CheckDynamicStream', stream_count: 1 }).check(probes)).toEqual({ status: 'SUCCEEDED' })
    expect(await build({ type: 'CheckDynamicStream', stream_count: 2 }).check(probes)).toMatchObject({ status: 'FAILED' })
    expect(probes.probed).toEqual(['a', 'a', 'b'])
  })

  it('accepts streams that can be built on request', async () => {
    const check = build({ type: 'CheckDynamicStream', stream_count: 1, use_check_availability: false })
    expect(await check.check(target({ a: refusal }))).toEqual({ status: 'SUCCEEDED' })
    expect(await check.check(target({}))).toMatchObject({ status: 'FAILED' })
  })
})
