import { defineComponent } from '../../manifest/definition/component.ts'
import { BackoffStrategy } from './backoff-strategy.ts'
import { seconds } from './response-header.ts'

const defaultFactor = 5

export const ExponentialBackoffStrategy = defineComponent(BackoffStrategy, {
  type: 'ExponentialBackoffStrategy',
  summary: 'Waits `factor` · 2^attempt seconds, the first attempt counted as 1.',
  fields: {
    factor: seconds({ description: 'Seconds; 5 by default.' }),
    jitter_range_in_seconds: seconds({ description: 'A random time of up to twice this is added.' }),
  },
  examples: [{ title: '10, 20, 40 … seconds', manifest: { type: 'ExponentialBackoffStrategy', factor: 5 } }],
  create: ({ factor = defaultFactor, jitter_range_in_seconds: jitter = 0 }) => ({
    seconds: (_, attempt) => factor * 2 ** attempt + Math.random() * 2 * jitter,
  }),
})
