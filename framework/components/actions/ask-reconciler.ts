import { defineComponent } from '../../manifest/definition/component.ts'
import { Reconciler } from './reconciler.ts'

export const AskReconciler = defineComponent(Reconciler, {
  type: 'AskReconciler',
  summary: 'Finds nothing out: what is in doubt is left to a person. For providers that cannot be asked.',
  fields: {},
  examples: [{ title: 'Ask', manifest: { type: 'AskReconciler' } }],
  create: () => ({
    reconcile: async (_, entry) => ({
      kind: 'open',
      message: `the attempt at ${entry.at} may have taken place; look at the provider`,
      repeatable: false,
      seen: {},
    }),
  }),
})
