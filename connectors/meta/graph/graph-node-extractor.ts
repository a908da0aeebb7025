import { RecordExtractor } from '../../../framework/components/read/extractor.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'

export const GraphNodeExtractor = defineComponent(RecordExtractor, {
  type: 'GraphNodeExtractor',
  summary: 'Takes a node as one record; some answers wrap it in a list.',
  fields: {},
  examples: [{ title: 'A node', manifest: { type: 'GraphNodeExtractor' } }],
  create: () => ({
    extract: (body) => {
      const nodes = isObject(body) && Array.isArray(body['data']) && body['id'] === undefined ? body['data'] : [body]
      const found = nodes.filter(isObject)
      if (found.length === nodes.length) return found satisfies readonly Readonly<Row>[]
      throw new ConnectorError('ERR_DATA_MISSING', 'the answer is not a node', { failureType: 'transient_error' })
    },
  }),
})
