import type { ConnectorPackage } from '../connector-package.ts'

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
    const [{ publishComponents }, { readGraphUsage }] = await Promise.all([import('./components.ts'), import('../meta/graph/usage.ts')])
    return { components: publishComponents, usage: readGraphUsage }
  },
  validate: async (input, options) => (await import('./inspect-post.ts')).inspectPost(input, options),
}
