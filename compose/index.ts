// The door of the package, for programs and for authors of components. What is not named here is private and may change with any version.

// Reading from a program.

export { read } from './read.ts'
export type { ReadObserver, ReadRequest } from './read-request.ts'
export type { ReadResult } from './read-result.ts'

// Publishing from a program.

export type { PostContent } from '../connectors/instagram_publish/post-content.ts'
export type { PublishResult } from '../connectors/instagram_publish/publish-result.ts'
export type { ActionJournal } from '../framework/runtime/ports/action-journal.ts'
export { openJournal } from '../state/journals/open.ts'
export type { InstagramConnectorConfig } from './publish/instagram-config.ts'
export { InstagramConnector, type PublishOptions } from './publish/instagram-connector.ts'

// What a program may hand in: time, log, output, state.

export { type Clock, systemClock } from '../framework/clock.ts'
export type { DestinationDefinition as Destination } from '../framework/runtime/ports/destination.ts'
export type { Item } from '../framework/runtime/ports/items.ts'
export type { StateLease, StateRegistry } from '../framework/runtime/ports/state-registry.ts'
export type { Logger } from '../framework/runtime/read/run-reporter.ts'

// What goes wrong.

export { AuthenticationError, ConnectorError } from '../framework/errors.ts'

// A connector of one's own.

export type { ConnectorPackage } from '../connectors/connector-package.ts'
export type { SyncRecipe } from '../connectors/sync-recipe.ts'
export type { TokenProvider } from '../framework/runtime/ports/token-provider.ts'

// A component of one's own: a class that a manifest names.

export { type Component, defineComponent } from '../framework/manifest/definition/component.ts'
export * as fields from '../framework/manifest/definition/fields.ts'
export type { JsonObject, Row, StreamState } from '../framework/protocol/messages.ts'

// The families that a component may belong to.

export { ActionError } from '../framework/components/actions/action-error.ts'
export { InputCheck } from '../framework/components/actions/input-check.ts'
export { Authenticator } from '../framework/components/authenticators/authenticator.ts'
export { BackoffStrategy } from '../framework/components/backoff/backoff-strategy.ts'
export { Decoder } from '../framework/components/decoders/decoder.ts'
export { ErrorHandler } from '../framework/components/error-handlers/error-handler.ts'
export { PaginationStrategy } from '../framework/components/paginators/paginator.ts'
export { Cursor } from '../framework/components/read/cursor.ts'
export { RecordExtractor, RecordFilter } from '../framework/components/read/extractor.ts'
export { PartitionRouter } from '../framework/components/read/partition-router.ts'
export { Requester } from '../framework/components/read/requester.ts'
export { type Page, Retriever } from '../framework/components/read/retriever.ts'
export { StateMigration } from '../framework/components/read/state-migration.ts'
export { Transformation } from '../framework/components/read/transformation.ts'
export { SchemaLoader } from '../framework/components/schema-loaders/schema-loader.ts'
