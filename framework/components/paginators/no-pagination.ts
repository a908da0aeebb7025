import { defineComponent } from '../../manifest/definition/component.ts'
import { Paginator, singlePage } from './paginator.ts'

export const NoPagination = defineComponent(Paginator, {
  type: 'NoPagination',
  summary: 'One request reads the whole slice.',
  fields: {},
  examples: [{ title: 'A short list', manifest: { type: 'NoPagination' } }],
  create: () => singlePage,
})
