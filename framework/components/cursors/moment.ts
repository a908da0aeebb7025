import { type DefinedFamily, defineFamily, type Field } from '../../manifest/definition/component.ts'
import { type FieldOptions, slot } from '../../manifest/definition/fields.ts'
import type { DateTime } from '../../template/python/datetime.ts'
import type { Scope } from '../../template/template.ts'

/** A point in time that the manifest names: a date, or a template of one. */
export interface Moment {
  /** `format` is used when the moment has no format of its own. Throws ConfigError ERR_DATETIME for a value that fits no format. */
  at(scope: Scope, format?: string): DateTime
}
export const Moment: DefinedFamily<Moment> = defineFamily<Moment>('Moment', 'A point in time.')

/** A Moment in the manifest: a component, or just its `datetime` as text. */
export function moment(options: FieldOptions): Field<Moment> {
  const component = slot(Moment, { ...options, default_type: 'MinMaxDatetime' })
  return {
    schema: { anyOf: [{ type: 'string' }, component.schema], ...options },
    optional: false,
    family: Moment,
    build: (node, context) => component.build(typeof node === 'string' ? { datetime: node } : node, context),
  }
}
