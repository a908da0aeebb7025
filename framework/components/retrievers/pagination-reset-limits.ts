import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { integer, optional } from '../../manifest/definition/fields.ts'
import { PageResetLimits } from './page-reset.ts'

export const PaginationResetLimits = defineComponent(PageResetLimits, {
  type: 'PaginationResetLimits',
  summary: 'Number of records after which pagination has to restart.',
  fields: { number_of_records: optional(integer({ description: 'Records.' })) },
  examples: [{ title: 'Ten thousand', manifest: { type: 'PaginationResetLimits', number_of_records: 10_000 } }],
  create: ({ number_of_records: records }) => {
    if (records !== undefined && records < 1)
      throw new ConfigError('ERR_MANIFEST_INVALID', `a limit of ${records} records is always reached`)
    return { records }
  },
})
