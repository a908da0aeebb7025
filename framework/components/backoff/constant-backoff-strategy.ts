import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { BackoffStrategy } from './backoff-strategy.ts'
import { seconds } from './response-header.ts'

export const ConstantBackoffStrategy = defineComponent(BackoffStrategy, {
  type: 'ConstantBackoffStrategy',
  summary: 'Waits the same time before every try.',
  fields: {
    backoff_time_in_seconds: seconds({ description: 'Seconds.' }),
    jitter_range_in_seconds: seconds({ description: 'A random time of up to twice this is added.' }),
  },
  examples: [{ title: 'A minute', manifest: { type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 60 } }],
  create: ({ backoff_time_in_seconds: base, jitter_range_in_seconds: jitter = 0 }) => {
    if (base === undefined) throw new ConfigError('ERR_MANIFEST_INVALID', "a ConstantBackoffStrategy needs 'backoff_time_in_seconds'")
    return { seconds: () => base + Math.random() * 2 * jitter }
  },
})
