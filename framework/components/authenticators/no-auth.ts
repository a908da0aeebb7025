import { defineComponent } from '../../manifest/definition/component.ts'
import { Authenticator } from './authenticator.ts'

export const NoAuth = defineComponent(Authenticator, {
  type: 'NoAuth',
  summary: 'Sends requests without credentials.',
  fields: {},
  examples: [{ title: 'A public API', manifest: { type: 'NoAuth' } }],
  create: () => ({ parts: () => ({}) }),
})
