import type { ConnectorPackage } from '../connector-package.ts'
import { metaAccountConfig } from '../meta/login/account-config.ts'

export const instagramPublish: ConnectorPackage = {
  id: 'conn::third_party::social::meta::instagram_publish::rest',
  product: 'instagram_publish',
  name: 'Instagram Publishing Connector',
  manifest: 'manifests/third_party/social/meta/instagram_publish.rest.yaml',
  readme: {
    file: 'connectors/instagram_publish/README.md',
    fill: async (text) => (await import('./readme.ts')).instagramPublishReadme(text),
  },
  load: async () => {
    const [{ publishComponents }, { metaParts }] = await Promise.all([import('./components.ts'), import('../meta/parts.ts')])
    return { components: publishComponents, ...metaParts }
  },
  validate: async (input, options) => (await import('./inspect-post.ts')).inspectPost(input, options),
  tokenProvider: async () => (await import('../meta/login/provider.ts')).metaTokens,
  accountConfig: metaAccountConfig,
}
