import { defineComponent } from '../../manifest/definition/component.ts'
import { mapping } from '../../manifest/definition/fields.ts'
import { RequestBody, requestRoots, textOrList } from './request-body.ts'

export const RequestBodyPlainText = defineComponent(RequestBody, {
  type: 'RequestBodyPlainText',
  summary: 'Text, sent as it is.',
  fields: { value: mapping(requestRoots, { description: 'The text.', validTypes: textOrList }) },
  examples: [
    { title: 'A query', manifest: { type: 'RequestBodyPlainText', value: "fields id, name; where id > {{ stream_slice['id'] }};" } },
  ],
  create: ({ value }) => ({ data: value }),
})
