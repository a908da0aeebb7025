import { ConfigError } from '../../errors.ts'
import { describe } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, optional, template, withDefault } from '../../manifest/definition/fields.ts'
import type { Scope } from '../../template/template.ts'
import { headerView } from '../values/header-view.ts'
import { PaginationStrategy } from './paginator.ts'

export const OffsetIncrement = defineComponent(PaginationStrategy, {
  type: 'OffsetIncrement',
  summary: 'Counts records. The last page is empty, or shorter than `page_size`.',
  fields: {
    page_size: optional(
      template(['response', 'headers'], {
        description: 'Records of a full page; may look at the response. Without it pages are read until an empty one comes.',
      }),
    ),
    inject_on_first_request: withDefault(boolean({ description: 'Send offset 0 with the first request.' }), false),
  },
  examples: [{ title: 'Pages of 100', manifest: { type: 'OffsetIncrement', page_size: 100 } }],
  create: ({ page_size, inject_on_first_request }) => {
    const size = (scope: Scope) => page_size && integerOf(page_size.evaluate(scope))
    return {
      // Sent with requests, when there is no response to look at yet.
      get pageSize() {
        return size({})
      },
      initialToken: () => (inject_on_first_request ? 0 : undefined),
      nextToken: ({ extracted, decoded, response, scope }, previous) => {
        const full = size({ ...scope, response: decoded, headers: headerView(response.headers) })
        if (extracted === 0 || (full !== undefined && extracted < full)) return undefined
        return (typeof previous === 'number' ? previous : 0) + extracted
      },
    }
  },
})

function integerOf(value: unknown): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number)) return number
  throw new ConfigError('ERR_MANIFEST_INVALID', `page_size must be an integer, got ${describe(value)}`)
}
