import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { optional, slot } from '../../manifest/definition/fields.ts'
import { RequestOption } from '../read/request-option.ts'
import { combineParts } from '../read/request-parts.ts'
import { valueText } from '../values/value-text.ts'
import { PaginationStrategy, Paginator } from './paginator.ts'

export const DefaultPaginator = defineComponent(Paginator, {
  type: 'DefaultPaginator',
  summary: 'Sends the page token and the page size with each request.',
  fields: {
    pagination_strategy: slot(PaginationStrategy, { description: 'Finds the next token.' }),
    page_token_option: optional(
      slot(RequestOption, {
        description: 'Where the token goes: a RequestOption, or a RequestPath when it is an address.',
        default_type: 'RequestOption',
      }),
    ),
    page_size_option: optional(slot(RequestOption, { description: 'Where the page size goes.', default_type: 'RequestOption' })),
  },
  examples: [
    {
      title: 'Cursors',
      manifest: {
        type: 'DefaultPaginator',
        pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next_cursor }}', page_size: 100 },
        page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'after' },
        page_size_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'limit' },
      },
    },
    {
      title: 'Links',
      manifest: {
        type: 'DefaultPaginator',
        pagination_strategy: { type: 'CursorPagination', cursor_value: "{{ headers['link']['next']['url'] }}" },
        page_token_option: { type: 'RequestPath' },
      },
    },
  ],
  create: ({ pagination_strategy: strategy, page_token_option: tokenOption, page_size_option: sizeOption }, { dialect }) => {
    if (sizeOption?.target === 'path') throw new ConfigError('ERR_MANIFEST_INVALID', "'page_size_option' cannot be a RequestPath")
    if (sizeOption && strategy.pageSize === undefined) {
      throw new ConfigError('ERR_MANIFEST_INVALID', "'page_size_option' needs a 'page_size' in the pagination strategy")
    }
    const inPath = tokenOption?.target === 'path'
    const tokenParts = inPath ? undefined : tokenOption
    // Fails now rather than at the second page.
    if (tokenParts && sizeOption) combineParts([tokenParts.inject('token', {}), sizeOption.inject('size', {})])
    return {
      initialToken: () => strategy.initialToken(),
      nextToken: (page, previous) => strategy.nextToken(page, previous),
      parts: (token, scope) =>
        combineParts([
          token !== undefined && tokenParts ? tokenParts.inject(token, scope) : {},
          sizeOption ? sizeOption.inject(strategy.pageSize, scope) : {},
        ]),
      path: (token) => (inPath && token !== undefined ? valueText(token, dialect) : undefined),
    }
  },
})
