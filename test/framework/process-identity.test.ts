import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { isProcessGone, ownProcess } from '../../framework/process-identity.ts'

const { space } = ownProcess
const dead = () => spawnSync(process.execPath, ['-e', '']).pid

describe('isProcessGone', () => {
  it.each([
    ['this process', { ...ownProcess }, false],
    ['an earlier process with the number of this one', { ...ownProcess, instance: 'earlier' }, true],
    ['a living process', { pid: process.ppid, instance: 'other', space }, false],
    ['a dead process', { pid: dead(), instance: 'other', space }, true],
    ['a dead process of another namespace or boot', { pid: dead(), instance: 'other', space: `${space} other` }, false],
    ['a process whose space is not known', { pid: dead(), instance: 'other', space: undefined }, false],
  ])('answers for %s', (_which, identity, gone) => {
    expect(isProcessGone(identity)).toBe(gone)
  })

  it('knows the boot and the namespace on Linux', () => {
    expect(space === undefined).toBe(process.platform !== 'linux')
  })
})
