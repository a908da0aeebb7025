import { BackoffStrategy } from '../../../../framework/components/backoff/backoff-strategy.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf, responseOf } from '../check-vectors.ts'

const file = 'backoff.json'

function waited(type: string) {
  return ({ strategy, config, parameters, response, attempt_count, now_epoch_seconds }: Input) => {
    const context = testContext({
      dialect: 'airbyte',
      config: recordOf(config),
      parameters: recordOf(parameters ?? config),
      now: Number(now_epoch_seconds ?? 0) * 1000,
    })
    const component = buildComponent(BackoffStrategy, { type, ...present(recordOf(strategy)) }, context)
    return component.seconds({ response: responseOf(response) }, Number(attempt_count)) ?? null
  }
}

/** Vectors of backoff. */
export const checks: readonly Check[] = [
  { file, component: 'backoff.ConstantBackoffStrategy', run: waited('ConstantBackoffStrategy') },
  { file, component: 'backoff.ExponentialBackoffStrategy', run: waited('ExponentialBackoffStrategy') },
  { file, component: 'backoff.WaitTimeFromHeaderBackoffStrategy', run: waited('WaitTimeFromHeader') },
  { file, component: 'backoff.WaitUntilTimeFromHeaderBackoffStrategy', run: waited('WaitUntilTimeFromHeader') },
]
