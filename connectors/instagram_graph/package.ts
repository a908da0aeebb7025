import type { ConnectorPackage } from '../connector-package.ts'

export const instagramGraph: ConnectorPackage = {
  id: 'conn::third_party::social::meta::instagram_graph::rest',
  product: 'instagram_graph',
  name: 'Instagram Graph Insights Connector',
  manifest: 'manifests/third_party/social/meta/instagram_graph.rest.yaml',
  readme: {
    file: 'connectors/instagram_graph/README.md',
    fill: async (text) => (await import('./readme.ts')).instagramGraphReadme(text),
  },
  load: async () => {
    const [{ metaComponents }, { instagramComponents }, { readGraphUsage }] = await Promise.all([
      import('../meta/components.ts'),
      import('./components.ts'),
      import('../meta/graph/usage.ts'),
    ])
    return { components: [...metaComponents, ...instagramComponents], usage: readGraphUsage }
  },
  metrics: async () => (await import('../meta/metrics/catalogue.ts')).metricList,
}
