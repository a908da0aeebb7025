import { metaAccountConfig } from '../meta/login/account-config.ts'
import type { SyncRecipe } from '../sync-recipe.ts'

/** Posts of every account, the newest first, older ones little by little. */
export const posts: SyncRecipe = {
  name: 'posts',
  select: ['instagram_posts'],
  noun: 'posts',
  config: metaAccountConfig,
  counts: (state) => {
    const memory = state?.['memory']
    const total = (name: string) => {
      const value = typeof memory === 'object' && memory !== null ? Reflect.get(memory, name) : 0
      return typeof value === 'number' ? value : 0
    }
    return { inserted: total('inserted'), updated: total('updated') }
  },
}
