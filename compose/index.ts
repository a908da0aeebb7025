// The door of the package: the runtime's own door, and what composes it with connectors, registries and destinations.

export type { MediaInsights } from '../connectors/instagram_publish/media-insights.ts'
export type { PostContent } from '../connectors/instagram_publish/post-content.ts'
export type { PublishFailure, PublishResult } from '../connectors/instagram_publish/publish-result.ts'
export * from '../framework/index.ts'
export { openJournal } from '../state/journals/open.ts'
export type { InstagramConnectorConfig } from './publish/instagram-config.ts'
export { InstagramConnector, type PublishOptions } from './publish/instagram-connector.ts'
export { read } from './read.ts'
export type { Output, ReadObserver, ReadRequest } from './read-request.ts'
export type { AccountResult, ReadResult } from './read-result.ts'
export type { ReadSummary } from './read-summary.ts'
