import type { Services } from '../../../framework/manifest/definition/component.ts'
import type { GraphAccount } from '../graph/account.ts'
import { runState } from '../graph/run-state.ts'

/** Says once per run and account that figures about its followers do not exist; that is how it is, and no fault. */
export function reportSmallAccount(services: Services, { id, audience }: GraphAccount): void {
  const { told } = runState(services)
  const key = `small account ${id}`
  if (told.has(key)) return
  told.add(key)
  const message = `account ${id} has ${audience} followers; the API gives figures about followers from 100 on, and they are left out`
  services.report.log('info', message, { account_id: id })
}
