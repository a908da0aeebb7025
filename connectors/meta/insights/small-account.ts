import type { Services } from '../../../framework/manifest/definition/component.ts'
import type { GraphAccount } from '../graph/account.ts'
import { runState } from '../graph/run-state.ts'

/** Logs once per run and account that follower metrics are unavailable, which is not an error. */
export function reportSmallAccount(services: Services, { id, audience }: GraphAccount): void {
  const { reported } = runState(services)
  const key = `small account ${id}`
  if (reported.has(key)) return
  reported.add(key)
  const message = `account ${id} has ${audience} followers; the API gives figures about followers from 100 on, and they are left out`
  services.report.log('info', message, { account_id: id })
}
