import { defineComponent } from '../../manifest/definition/component.ts'
import { oneOf, optional, slot } from '../../manifest/definition/fields.ts'
import { PageReset, PageResetLimits } from './page-reset.ts'

export const PaginationReset = defineComponent(PageReset, {
  type: 'PaginationReset',
  summary: 'Restarts pagination of a slice, for sources that cap how far they paginate or whose pagination breaks.',
  fields: {
    action: oneOf(['SPLIT_USING_CURSOR', 'RESET'], {
      description:
        '`SPLIT_USING_CURSOR`: from the latest cursor value that was read, so records must come in ascending order. `RESET`: the same slice, once.',
    }),
    limits: optional(
      slot(PageResetLimits, {
        description: 'When; also when an error handler answers RESET_PAGINATION.',
        default_type: 'PaginationResetLimits',
      }),
    ),
  },
  examples: [
    {
      title: 'A search that ends after ten thousand records',
      manifest: {
        type: 'PaginationReset',
        action: 'SPLIT_USING_CURSOR',
        limits: { type: 'PaginationResetLimits', number_of_records: 10_000 },
      },
    },
  ],
  create: ({ action, limits }) => ({ split: action === 'SPLIT_USING_CURSOR', records: limits?.records }),
})
