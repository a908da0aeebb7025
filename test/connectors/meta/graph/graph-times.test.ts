import { describe, expect, it } from 'vitest'
import { metaComponents } from '../../../../connectors/meta/components.ts'
import { Transformation } from '../../../../framework/components/read/transformation.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../../framework/build.ts'

describe('GraphTimes', () => {
  const times = buildComponent(Transformation, { type: 'GraphTimes', fields: ['at'] }, testContext({ components: metaComponents }))

  it.each([
    ['2026-11-18T09:00:00+0000', '2026-11-18T09:00:00+00:00'],
    ['2026-11-18T09:00:00-0800', '2026-11-18T09:00:00-08:00'],
    ['2026-11-18T09:00:00+00:00', '2026-11-18T09:00:00+00:00'],
    [undefined, undefined],
    [5, 5],
  ])('writes %s as %s', (at, expected) => {
    expect(times.transform({ at, other: '+0000' }, {})).toEqual({ at: expected, other: '+0000' })
  })
})
