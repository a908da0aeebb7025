import { ConnectorError } from '../../../framework/errors.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Scope } from '../../../framework/template/template.ts'

/** The discovered account of a slice, as far as insights need it. */
export interface GraphAccount {
  readonly id: string
  /** Roles of the user on the Page; undefined when discovery did not learn them. */
  readonly tasks: readonly string[] | undefined
  /** Likes of a Page, followers of an account; undefined when unknown. */
  readonly audience: number | undefined
}

/** Throws when the stream is read without discovery. */
export function accountOf(scope: Scope): GraphAccount {
  const account = scope['account']
  const id = isObject(account) ? account['id'] : undefined
  if (!isObject(account) || typeof id !== 'string') {
    throw new ConnectorError('ERR_ACCOUNT_MISSING', 'insights are read for a discovered account, and this slice has none')
  }
  const tasks = account['tasks']
  const audience = account['fan_count'] ?? account['followers_count']
  return {
    id,
    tasks: Array.isArray(tasks) ? tasks.map(String) : undefined,
    audience: typeof audience === 'number' ? audience : undefined,
  }
}

/** Throws ERR_PERMISSION when the user lacks a task on the account; the metadata may be readable all the same. */
export function requireTask(account: GraphAccount, task: string | undefined): void {
  if (task === undefined || account.tasks === undefined || account.tasks.includes(task)) return
  const has = account.tasks.length > 0 ? account.tasks.join(', ') : 'none'
  throw new ConnectorError(
    'ERR_PERMISSION',
    `insights of account ${account.id} need the task ${task}, which the user does not have (tasks: ${has}); ask an admin of the Page for it`,
    { failureType: 'config_error', context: { account_id: account.id } },
  )
}
