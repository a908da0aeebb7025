import { Authenticator } from '../../../framework/components/authenticators/authenticator.ts'
import { Requester } from '../../../framework/components/read/requester.ts'
import { defineComponent } from '../../../framework/manifest/definition/component.ts'
import { condition, optional, slot } from '../../../framework/manifest/definition/fields.ts'
import { BATCH_LIMIT } from './batch.ts'
import { batchQueue } from './batch-queue.ts'

export const GraphBatchRequester = defineComponent(Requester, {
  type: 'GraphBatchRequester',
  summary: 'Collects the calls that several streams want to make for one account at the same moment into batches of fifty.',
  fields: {
    requester: slot(Requester, {
      description: 'Sends a call on its own: when it is the only one, or when it did not get done in a batch.',
    }),
    batch: slot(Requester, { description: 'Posts the batches; its address is the versioned root of the API.' }),
    authenticator: optional(
      slot(Authenticator, { description: 'Its parameters go into every item as well, because proofs are checked call by call.' }),
    ),
    enabled: optional(
      condition([], { description: 'Whether the host takes batches; otherwise calls go one by one, four at a time per account.' }),
    ),
  },
  examples: [
    {
      title: 'Calls about an account',
      manifest: {
        type: 'GraphBatchRequester',
        requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: "{{ account['id'] }}" },
        batch: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: '/', http_method: 'POST' },
      },
    },
  ],
  create: ({ requester, batch, authenticator, enabled }, { services }) => {
    const batches = enabled?.evaluate({}) ?? true
    const queue = batchQueue(services, { batch, authenticator, batches })
    return {
      together: batches ? BATCH_LIMIT : 1,
      method: requester.method,
      properties: requester.properties,
      url: (request) => requester.url(request),
      send: (request) => queue.send(requester, request),
    }
  },
})
