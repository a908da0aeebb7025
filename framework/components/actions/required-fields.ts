import { defineComponent } from '../../manifest/definition/component.ts'
import { list, string, withDefault } from '../../manifest/definition/fields.ts'
import { ActionError } from './action-error.ts'
import { InputCheck } from './input-check.ts'

export const RequiredFields = defineComponent(InputCheck, {
  type: 'RequiredFields',
  summary: 'Fields that the input must have.',
  fields: {
    fields: list(string({ description: 'A field.' }), { description: 'Names of the fields.' }),
    code: withDefault(string({ description: 'Code of the error.' }), 'INVALID_INPUT'),
  },
  examples: [{ title: 'A letter has a text', manifest: { type: 'RequiredFields', fields: ['text'] } }],
  create: ({ fields, code }) => ({
    check: (input) => {
      const missing = fields.filter((field) => input[field] === undefined || input[field] === null || input[field] === '')
      if (missing.length > 0) throw new ActionError(code, `the input has no ${missing.join(', ')}`, { details: { missing: [...missing] } })
      return input
    },
  }),
})
