import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, integer, integerOrTemplate, optional, withDefault } from '../../manifest/definition/fields.ts'
import { PaginationStrategy } from './paginator.ts'

export const PageIncrement = defineComponent(PaginationStrategy, {
  type: 'PageIncrement',
  summary: 'Counts pages. The last one is empty, or shorter than `page_size`.',
  fields: {
    page_size: optional(integerOrTemplate({ description: 'Records of a full page; without it pages are read until an empty one comes.' })),
    start_from_page: withDefault(integer({ description: 'Number of the first page.' }), 0),
    inject_on_first_request: withDefault(boolean({ description: 'Send the number with the first request too.' }), false),
  },
  examples: [{ title: 'Pages from 1', manifest: { type: 'PageIncrement', page_size: 100, start_from_page: 1 } }],
  create: ({ page_size, start_from_page, inject_on_first_request }) => ({
    pageSize: page_size,
    initialToken: () => (inject_on_first_request ? start_from_page : undefined),
    nextToken: ({ extracted }, previous) => {
      if (extracted === 0 || (page_size !== undefined && extracted < page_size)) return undefined
      return (typeof previous === 'number' ? previous : start_from_page) + 1
    },
  }),
})
