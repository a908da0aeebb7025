import type { ConnectorPackage } from '../connector-package.ts'

export const instagramPosts: ConnectorPackage = {
  id: 'conn::third_party::social::meta::instagram_posts::rest',
  product: 'instagram_posts',
  name: 'Instagram Posts Connector',
  manifest: 'manifests/third_party/social/meta/instagram_posts.rest.yaml',
  load: async () => {
    const [{ metaComponents }, { postsComponents }, { readGraphUsage }] = await Promise.all([
      import('../meta/components.ts'),
      import('./components.ts'),
      import('../meta/graph/usage.ts'),
    ])
    return { components: [...metaComponents, ...postsComponents], usage: readGraphUsage }
  },
}
