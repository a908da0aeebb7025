import type { ConnectorPackage } from '../connector-package.ts'

export const facebookPages: ConnectorPackage = {
  id: 'conn::third_party::social::meta::facebook_pages::rest',
  product: 'facebook_pages',
  name: 'Facebook Pages Insights Connector',
  manifest: 'manifests/third_party/social/meta/facebook_pages.rest.yaml',
  load: async () => {
    const [{ metaComponents }, { readGraphUsage }] = await Promise.all([import('../meta/components.ts'), import('../meta/usage.ts')])
    return { components: metaComponents, usage: readGraphUsage }
  },
}
