import { metaAccountConfig } from '../meta/login/account-config.ts'
import type { SyncRecipe } from '../sync-recipe.ts'
import { insightsTable } from './insights-table.ts'

/** Values per day of the last 30 days and, from then on, what is new. */
export const insights: SyncRecipe = {
  name: 'insights',
  select: ['account_insights'],
  noun: 'posts',
  config: metaAccountConfig,
  table: (_stream, { owner, externalId }) => insightsTable(owner ?? '', externalId),
}
