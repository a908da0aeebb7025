import type { Requester } from '../../../framework/components/read/requester.ts'
import { defined } from '../../../framework/defined.ts'
import { ConnectorError, RateLimitError, StoppedError } from '../../../framework/errors.ts'
import type { Reporter } from '../../../framework/report.ts'
import { dataOf } from '../insights/insight-rows.ts'

/** Scopes that the user granted; undefined when the API does not tell (tokens of system users, of Pages). */
export async function readPermissions(
  requester: Requester,
  { report, signal }: { readonly report: Reporter; readonly signal?: AbortSignal | undefined },
): Promise<ReadonlySet<string> | undefined> {
  try {
    const answer = await requester.send({ scope: {}, path: 'me/permissions', parts: {}, ...defined({ signal }) })
    const granted = dataOf(answer.response.json()).filter((entry) => entry['status'] === 'granted')
    return new Set(granted.map((entry) => String(entry['permission'])))
  } catch (thrown) {
    if (!isAnswer(thrown)) throw thrown
    report.log('warn', `the permissions of the token cannot be read: ${thrown.message}`)
    return undefined
  }
}

/** The API said no; as opposed to a run that ends, or a bug. */
export function isAnswer(thrown: unknown): thrown is ConnectorError {
  return thrown instanceof ConnectorError && !(thrown instanceof StoppedError) && !(thrown instanceof RateLimitError)
}
