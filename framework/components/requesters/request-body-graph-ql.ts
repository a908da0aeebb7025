import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent, type Field } from '../../manifest/definition/component.ts'
import { type BoundMapping, mapping } from '../../manifest/definition/fields.ts'
import { RequestBody, requestRoots } from './request-body.ts'

const query: Field<BoundMapping> = mapping(requestRoots, {
  description: '`query`, the text of the query, and what else goes along, such as `variables`.',
  nested: true,
})

export const RequestBodyGraphQL = defineComponent(RequestBody, {
  type: 'RequestBodyGraphQL',
  summary: 'A GraphQL query.',
  fields: {
    value: {
      ...query,
      build: (node, context) => {
        if (isNode(node) && typeof node['query'] === 'string') return query.build(node, context)
        throw new ConfigError('ERR_MANIFEST_INVALID', "the body of a GraphQL request needs 'query', the text of the query")
      },
    },
  },
  examples: [
    {
      title: 'Issues after a cursor',
      manifest: {
        type: 'RequestBodyGraphQL',
        value: { query: 'query($after: String) { issues(after: $after) { id } }', variables: { after: '{{ next_page_token }}' } },
      },
    },
  ],
  create: ({ value }) => ({ json: value }),
})
