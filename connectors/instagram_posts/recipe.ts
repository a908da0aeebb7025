import { metaAccountConfig } from '../meta/login/account-config.ts'
import type { SyncRecipe } from '../sync-recipe.ts'

/** Posts of every account, the newest first, older ones little by little. */
export const posts: SyncRecipe = {
  name: 'posts',
  select: ['instagram_posts'],
  noun: 'posts',
  counts: 'changes',
  config: metaAccountConfig,
}
