import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, integerOrTemplate, optional, template } from '../../manifest/definition/fields.ts'
import { truthy } from '../../template/python/values.ts'
import { headerViewWithLinks } from '../values/header-view.ts'
import { type PageToken, PaginationStrategy } from './paginator.ts'

const roots = ['response', 'headers', 'last_record', 'last_page_size']

export const CursorPagination = defineComponent(PaginationStrategy, {
  type: 'CursorPagination',
  summary: 'Reads the token of the next page out of the previous response.',
  fields: {
    cursor_value: template(roots, { description: 'The next token; nothing means that this was the last page.' }),
    stop_condition: optional(condition(roots, { description: 'Stops when true, before the token is looked at.' })),
    page_size: optional(integerOrTemplate({ description: 'Records per page, for `page_size_option`.' })),
  },
  examples: [
    {
      title: 'A cursor in the body',
      manifest: { type: 'CursorPagination', cursor_value: '{{ response.paging.cursors.after }}', page_size: 100 },
    },
    {
      title: 'A flag says when to stop',
      manifest: { type: 'CursorPagination', cursor_value: '{{ last_record.id }}', stop_condition: '{{ not response.has_more }}' },
    },
  ],
  create: ({ cursor_value, stop_condition, page_size }) => ({
    pageSize: page_size,
    initialToken: () => undefined,
    nextToken: ({ response, decoded, selected, last, scope }) => {
      const seen = {
        ...scope,
        response: decoded,
        headers: headerViewWithLinks(response),
        last_record: last ?? null,
        last_page_size: selected,
      }
      if (stop_condition?.evaluate(seen)) return undefined
      const token = cursor_value.evaluate(seen)
      return truthy(token) ? (token as PageToken) : undefined
    },
  }),
})
