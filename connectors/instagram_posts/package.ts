import type { ConnectorPackage } from '../connector-package.ts'
import { metaAccountConfig } from '../meta/login/account-config.ts'

export const instagramPosts: ConnectorPackage = {
  id: 'conn::third_party::social::meta::instagram_posts::rest',
  product: 'instagram_posts',
  name: 'Instagram Posts Connector',
  manifest: 'manifests/third_party/social/meta/instagram_posts.rest.yaml',
  load: async () => {
    const [{ metaComponents }, { postsComponents }, { metaParts }] = await Promise.all([
      import('../meta/components.ts'),
      import('./components.ts'),
      import('../meta/parts.ts'),
    ])
    return { components: [...metaComponents, ...postsComponents], ...metaParts }
  },
  tokenProvider: async () => (await import('../meta/login/provider.ts')).metaTokens,
  accountConfig: metaAccountConfig,
  recipes: async () => [(await import('./recipe.ts')).posts],
}
