import type { ConnectorPackage } from '../connector-package.ts'

export const facebookPages: ConnectorPackage = {
  id: 'conn::third_party::social::meta::facebook_pages::rest',
  product: 'facebook_pages',
  name: 'Facebook Pages Insights Connector',
  manifest: 'manifests/third_party/social/meta/facebook_pages.rest.yaml',
  readme: {
    file: 'connectors/facebook_pages/README.md',
    fill: async (text) => (await import('./readme.ts')).facebookPagesReadme(text),
  },
  load: async () => {
    const [{ metaComponents }, { readGraphUsage }] = await Promise.all([import('../meta/components.ts'), import('../meta/graph/usage.ts')])
    return { components: metaComponents, usage: readGraphUsage }
  },
  metrics: async () => (await import('../meta/metrics/catalogue.ts')).metricList,
}
