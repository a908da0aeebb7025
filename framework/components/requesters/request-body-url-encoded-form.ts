import { defineComponent } from '../../manifest/definition/component.ts'
import { mapping } from '../../manifest/definition/fields.ts'
import { RequestBody, requestRoots, textOrList } from './request-body.ts'

export const RequestBodyUrlEncodedForm = defineComponent(RequestBody, {
  type: 'RequestBodyUrlEncodedForm',
  summary: 'Form fields.',
  fields: { value: mapping(requestRoots, { description: 'The fields; a list repeats its name.', validTypes: textOrList }) },
  examples: [{ title: 'A form', manifest: { type: 'RequestBodyUrlEncodedForm', value: { since: "{{ stream_slice['start_time'] }}" } } }],
  create: ({ value }) => ({ data: value }),
})
