import type { AccountRecord, StreamInfo, StreamState } from '../framework/index.ts'
import { insightsTable } from './insights-table.ts'
import type { TableChoice } from './table-choice.ts'

/** What of an account is read, and into which tables. */
export interface SyncRecipe {
  /** Names the state beside others: `posts`, or a product. */
  readonly name: string
  /** Product of the connector, or its manifest. */
  readonly connector: string
  /** Kinds of streams; none: all. */
  readonly select: readonly string[]
  /** Config of the connector for one account; the token is added. `today` is a UTC date. */
  config(account: AccountRecord, today: string): Readonly<Record<string, unknown>>
  /** Rows handed on since the first read, as a state tells it; undefined: this recipe cannot tell new rows from changed ones. */
  counts?(state: StreamState | undefined): Changes
  /** Other table for the rows of a stream. */
  table?(stream: StreamInfo, account: AccountRecord): TableChoice
}

export interface Changes {
  readonly inserted: number
  readonly updated: number
}

const DAY_MS = 86_400_000

export const posts: SyncRecipe = {
  name: 'posts',
  connector: 'instagram_posts',
  select: ['instagram_posts'],
  config: ({ igUserId, login }) => ({ ig_user_id: igUserId, login_type: login }),
  counts: (state) => {
    const memory = state?.['memory']
    const total = (name: string) => {
      const value = typeof memory === 'object' && memory !== null ? Reflect.get(memory, name) : 0
      return typeof value === 'number' ? value : 0
    }
    return { inserted: total('inserted'), updated: total('updated') }
  },
}

/** Values per day of the last 30 days and, from then on, what is new. */
export const insights: SyncRecipe = {
  name: 'insights',
  connector: 'instagram_graph',
  select: ['account_insights'],
  config: ({ igUserId, login }, today) => ({
    account_ids: [igUserId],
    login_type: login,
    start_date: new Date(Date.parse(today) - 30 * DAY_MS).toISOString().slice(0, 10),
  }),
  table: (_stream, { owner, igUserId }) => insightsTable(owner ?? '', igUserId),
}

/** Recipes that come with the package. */
export const recipes: readonly SyncRecipe[] = [posts, insights]

/** Any other connector. It is told the account in those of these fields that its config has. */
export function connectorRecipe(connector: string, select: readonly string[]): SyncRecipe {
  return {
    name: connector,
    connector,
    select,
    config: (account, today) => ({ ...insights.config(account, today), ig_user_id: account.igUserId }),
  }
}
