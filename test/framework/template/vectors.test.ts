import { describe, expect, it } from 'vitest'
import { sharedFolder } from '../../shared.ts'
import { readVectors, waiverOf } from '../../vectors.ts'
import { outcomeOf } from './vector-outcomes.ts'

const files = [
  'jinja_python_semantics.json',
  'interpolation_unit.json',
  'macros_filters.json',
  'datetime.json',
  'interpolation_realworld.json',
]

describe.skipIf(!sharedFolder)('the template language against the recorded vectors', () => {
  it.each(files)('gives what the reference gave in %s', (file) => {
    const vectors = readVectors(file)
    const differing = vectors.flatMap((vector) => {
      const difference = outcomeOf(vector)
      return difference === undefined || waiverOf(file, vector.id) !== undefined ? [] : [`${vector.id} ${difference}`]
    })
    expect(differing).toEqual([])
    expect(vectors.length).toBeGreaterThan(50)
  })

  it.each(files)('waives only vectors that differ in %s', (file) => {
    const passing = readVectors(file).filter((vector) => waiverOf(file, vector.id) !== undefined && outcomeOf(vector) === undefined)
    expect(passing.map(({ id }) => id)).toEqual([])
  })
})
