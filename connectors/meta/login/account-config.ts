import type { AccountRecord } from '../../../framework/runtime/ports/account-registry.ts'
import { DAY_MS } from '../../../framework/time.ts'

/** What connectors of Meta are told of one account, in those of these fields that they have. */
export function metaAccountConfig({ externalId, login }: AccountRecord, today: string): Readonly<Record<string, unknown>> {
  return {
    ig_user_id: externalId,
    account_ids: [externalId],
    login_type: login === 'instagram' ? 'instagram' : 'facebook',
    start_date: new Date(Date.parse(today) - 30 * DAY_MS).toISOString().slice(0, 10),
  }
}
