import { ErrorHandler } from '../../../../framework/components/error-handlers/error-handler.ts'
import { ResponseFilter } from '../../../../framework/components/error-handlers/response-filter.ts'
import { errorText } from '../../../../framework/components/values/error-text.ts'
import { ConnectorError } from '../../../../framework/errors.ts'
import type { Outcome, Resolution } from '../../../../framework/http/resolution.ts'
import { buildComponent, isNode } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf, responseOf } from '../check-vectors.ts'

const file = 'error_handlers.json'
const request = { method: 'GET', url: 'https://api.example.com/', headers: {} } as const

function contextOf({ config }: Input) {
  return testContext({ dialect: 'airbyte', config: recordOf(config) })
}

/** Recordings write absent fields as null, and a filter without conditions by empty ones. */
function handlerNode(recorded: unknown): Input {
  const { response_filters, error_handlers, ...fields } = recordOf(recorded)
  return {
    ...present(fields),
    ...(Array.isArray(response_filters) ? { response_filters: response_filters.map((filter) => present(recordOf(filter))) } : {}),
    ...(Array.isArray(error_handlers) ? { error_handlers: error_handlers.map(handlerNode) } : {}),
  }
}

function outcomeOf(input: Input): Outcome {
  const error = failureOf(input)
  return error ? { error } : { response: responseOf(input['response']) }
}

/** Without a response only what is done about it: ours have other texts, and call every failed connection transient. */
function comparable(outcome: unknown, input: Input): unknown {
  return failureOf(input) === undefined ? outcome : { response_action: recordOf(outcome)['response_action'] }
}

/** What is no response: an exception of Python's HTTP library, all those recorded are of connections, or a bug of the caller. */
function failureOf({ response }: Input): ConnectorError | undefined {
  if (!isNode(response)) return new ConnectorError('ERR_UNEXPECTED', String(response))
  const exception = response['$exception']
  return exception === undefined ? undefined : new ConnectorError('ERR_CONNECTION', String(exception), { failureType: 'transient_error' })
}

function resolved(resolution: Resolution | undefined): unknown {
  if (!resolution) return null
  const { action, failureType, message } = resolution
  return { response_action: action.toUpperCase(), failure_type: failureType ?? null, error_message: message ?? null }
}

function interpreted(input: Input): unknown {
  const handler = buildComponent(ErrorHandler, handlerNode(input['handler'] ?? { type: 'DefaultErrorHandler' }), contextOf(input))
  return comparable(resolved(handler.interpret(outcomeOf(input), request)), input)
}

/** Vectors of error handlers. */
export const checks: readonly Check[] = [
  { file, component: 'default_error_handler.interpret_response', run: interpreted, expected: comparable },
  { file, component: 'composite_error_handler.interpret_response', run: interpreted, expected: comparable },
  {
    file,
    component: 'http_response_filter.matches',
    run: (input) => {
      const node = { type: 'HttpResponseFilter', ...present(recordOf(input['filter'])) }
      return resolved(buildComponent(ResponseFilter, node, contextOf(input)).match(responseOf(input['response'])))
    },
  },
  {
    file,
    component: 'http_status_error_handler',
    run: interpreted,
    expected: comparable,
  },
  {
    file,
    component: 'json_error_message_parser',
    run: ({ response }) => errorText(responseOf(response)) || null,
    expected: (recorded) => recorded || null,
  },
]
