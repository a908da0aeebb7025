import { defineComponent } from '../../manifest/definition/component.ts'
import { mapping } from '../../manifest/definition/fields.ts'
import { RequestBody, requestRoots } from './request-body.ts'

export const RequestBodyJsonObject = defineComponent(RequestBody, {
  type: 'RequestBodyJsonObject',
  summary: 'A JSON object.',
  fields: { value: mapping(requestRoots, { description: 'The object; its texts are templates at any depth.', nested: true }) },
  examples: [
    {
      title: 'A filter',
      manifest: { type: 'RequestBodyJsonObject', value: { filter: { after: "{{ stream_slice['start_time'] }}" }, limit: 100 } },
    },
  ],
  create: ({ value }) => ({ json: value }),
})
