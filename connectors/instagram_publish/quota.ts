import { ActionError } from '../../framework/components/actions/action-error.ts'
import type { Requester } from '../../framework/components/read/requester.ts'
import { defined } from '../../framework/defined.ts'
import { isObject } from '../../framework/protocol/json.ts'

/** Posts of the last 24 hours, as the API counts them; a carousel is one. */
export interface PublishQuota {
  readonly used: number
  /** undefined when the API does not say. */
  readonly total: number | undefined
  readonly duration_seconds: number | undefined
}

/** Reads `content_publishing_limit`. Throws ActionError when it is refused. */
export async function readQuota(requester: Requester, signal?: AbortSignal): Promise<PublishQuota> {
  const { response } = await requester.send({ scope: {}, parts: {}, ...defined({ signal }) })
  const body = response.json()
  const data = isObject(body) && Array.isArray(body['data']) ? body['data'] : []
  const [entry] = data.filter(isObject)
  if (!entry || typeof entry['quota_usage'] !== 'number') {
    throw new ActionError('API_ERROR', 'the API answered without quota_usage')
  }
  const config = isObject(entry['config']) ? entry['config'] : {}
  return { used: entry['quota_usage'], total: number(config['quota_total']), duration_seconds: number(config['quota_duration']) }
}

export function quotaText({ used, total, duration_seconds }: PublishQuota): string {
  const hours = duration_seconds === undefined ? '' : ` in ${duration_seconds / 3600} hours`
  return `${used} of ${total ?? 'an unknown number of'} posts${hours} used`
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
