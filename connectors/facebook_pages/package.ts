import type { ConnectorPackage } from '../connector-package.ts'
import { metaAccountConfig } from '../meta/login/account-config.ts'

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
    const [{ metaComponents }, { metaParts }] = await Promise.all([import('../meta/components.ts'), import('../meta/parts.ts')])
    return { components: metaComponents, ...metaParts }
  },
  metrics: async () => (await import('../meta/metrics/catalogue.ts')).metricList,
  tokenProvider: async () => (await import('../meta/login/provider.ts')).metaTokens,
  accountConfig: metaAccountConfig,
}
