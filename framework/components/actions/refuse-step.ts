import { defineComponent } from '../../manifest/definition/component.ts'
import { condition, string, template } from '../../manifest/definition/fields.ts'
import { ActionError } from './action-error.ts'
import { ActionStep } from './action-step.ts'

export const RefuseStep = defineComponent(ActionStep, {
  type: 'RefuseStep',
  summary: 'Ends the action before anything is sent, because the provider does not offer it in this case.',
  fields: {
    name: string({ description: 'What the step is called.' }),
    when: condition([], { description: 'Whether the action is refused.' }),
    code: string({ description: 'Code of the error.' }),
    message: template([], { description: 'Text of the error.' }),
  },
  examples: [
    {
      title: 'Not with every login',
      manifest: {
        type: 'RefuseStep',
        name: 'login',
        when: "{{ config['login'] == 'guest' }}",
        code: 'NOT_SUPPORTED',
        message: 'guests cannot send letters',
      },
    },
  ],
  create: ({ name, when, code, message }) => {
    const refuse = (scope: Readonly<Record<string, unknown>>): never => {
      throw new ActionError(code, String(message.evaluate(scope)))
    }
    return {
      name,
      applies: (scope) => when.evaluate(scope),
      inDoubt: () => false,
      run: async ({ scope }) => refuse(scope),
      plan: async ({ scope }) => refuse(scope),
    }
  },
})
