import { defineFamily } from '../../manifest/definition/component.ts'

/** An account or Page that the token can see. `fields` is the discovered record: templates see it as `account`. */
export interface Account {
  readonly id: string
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface Discovery {
  /**
   * Accounts in a stable order, without repetition. Secrets among their fields are registered before the account is handed out.
   * An account that is known but refused is reported as a diagnostic and left out.
   */
  accounts(signal?: AbortSignal): AsyncIterable<Account>
  /** Name of the partition value that carries the account id in merged streams, such as `page_id`. */
  readonly partitionField: string
}
export const Discovery = defineFamily<Discovery>('Discovery', 'Finds the accounts that a token can see.')
