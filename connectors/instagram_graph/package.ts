import type { ConnectorPackage } from '../connector-package.ts'
import { metaAccountConfig } from '../meta/login/account-config.ts'

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
    const [{ metaComponents }, { instagramComponents }, { metaParts }] = await Promise.all([
      import('../meta/components.ts'),
      import('./components.ts'),
      import('../meta/parts.ts'),
    ])
    return { components: [...metaComponents, ...instagramComponents], ...metaParts }
  },
  metrics: async () => (await import('../meta/metrics/catalogue.ts')).metricList,
  tokenProvider: async () => (await import('../meta/login/provider.ts')).metaTokens,
  accountConfig: metaAccountConfig,
  recipes: async () => [(await import('./recipe.ts')).insights],
}
