import type { Check } from '../components/check-vectors.ts'
import { outcomeOf } from './vector-outcomes.ts'

const files = [
  'jinja_python_semantics.json',
  'interpolation_unit.json',
  'macros_filters.json',
  'datetime.json',
  'interpolation_realworld.json',
]

/** Vectors of the template language. */
export const checks: readonly Check[] = files.map((file) => ({ file, component: '*', judge: outcomeOf }))
