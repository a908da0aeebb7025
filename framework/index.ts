// The only door: what connectors, destinations, registries and programs that embed the runtime may use.
export { type AwsEnvironment, awsCredentials } from './aws/credentials.ts'
export { type Clock, systemClock } from './clock.ts'
// What an action is made of, and where it is written down.
export type { Action } from './components/actions/action.ts'
export { ActionError } from './components/actions/action-error.ts'
export { ActionStep, type PlannedCall, type TrailEntry } from './components/actions/action-step.ts'
export { InputCheck } from './components/actions/input-check.ts'
export { Reconciler } from './components/actions/reconciler.ts'
// Families that a component of one's own may belong to; `fields` says what stands in a manifest.
export { Authenticator } from './components/authenticators/authenticator.ts'
export { BackoffStrategy } from './components/backoff/backoff-strategy.ts'
export type { Check, CheckResult, CheckTarget } from './components/checks/check.ts'
export { Decoder } from './components/decoders/decoder.ts'
export { ErrorHandler } from './components/error-handlers/error-handler.ts'
export { PaginationStrategy } from './components/paginators/paginator.ts'
export { Cursor } from './components/read/cursor.ts'
export { RecordExtractor, RecordFilter } from './components/read/extractor.ts'
export { PartitionRouter } from './components/read/partition-router.ts'
export { Requester } from './components/read/requester.ts'
export { Retriever } from './components/read/retriever.ts'
export { StateMigration } from './components/read/state-migration.ts'
export type { Stream } from './components/read/stream.ts'
export { Transformation } from './components/read/transformation.ts'
export type { Account, Discovery } from './components/resolvers/discovery.ts'
export { SchemaLoader } from './components/schema-loaders/schema-loader.ts'
export { diskAdvice, diskFiles, errnoOf, type Files, replaceFile, syncDirectory, temporaryPath, writeDurably } from './durable-file.ts'
export {
  AuthenticationError,
  asConnectorError,
  ConfigError,
  ConnectorError,
  during,
  type ErrorContext,
  type FailureType,
  RateLimitError,
  StoppedError,
  suggest,
  withContext,
} from './errors.ts'
export { fileNameOf } from './file-name.ts'
export { type ConnectorHttpClient, createHttpClient, type HttpClientOptions } from './http/create-client.ts'
// What a program needs that reads without the command line.
export { createBudget } from './http/limits/budget.ts'
export { createRedactor, type Redactor } from './http/redaction/redaction.ts'
export type { ErrorHandler as HttpErrorHandler, Outcome as HttpOutcome, Resolution as HttpResolution } from './http/resolution.ts'
export { allowedHostsOf } from './manifest/allowed-hosts.ts'
export { prepareConfig } from './manifest/config.ts'
export { type Component, defineComponent, defineFamily, type Family, type Field, type Language } from './manifest/definition/component.ts'
export * as fields from './manifest/definition/fields.ts'
export { createLanguage } from './manifest/definition/language.ts'
export { loadManifest, type Manifest } from './manifest/manifest.ts'
export { readReference, resolveReference, type SecretStore, type SecretStores, secretStores } from './manifest/secrets.ts'
export { type PostgresAddress, parsePostgresUrl } from './postgres/address.ts'
export { openPostgres, type PostgresDatabase, type PostgresResult, type Query, quoted } from './postgres/database.ts'
export { isProcessGone, ownProcess, type ProcessIdentity } from './process-identity.ts'
export type {
  Catalog,
  CatalogStream,
  ConfiguredCatalog,
  ConfiguredStream,
  Json,
  JsonObject,
  JsonSchema,
  LogLevel,
  Message,
  RecordMessage,
  Row,
  SpecMessage,
  StateMessage,
  StreamState,
  StreamStatus,
} from './protocol/messages.ts'
export { type FileReference, fileOf } from './protocol/messages.ts'
export type { Finding, Reporter } from './report.ts'
export {
  type ActionOutcome,
  type ActionRequest,
  type ActionRunOptions,
  actionKey,
  planAction,
  runAction,
} from './runtime/action/run-action.ts'
export { type BoundStream, type ListedStream, selectStreams } from './runtime/assembly/bound-stream.ts'
export { type Connector, type ConnectorOptions, openConnector } from './runtime/assembly/open-connector.ts'
export type {
  AccountRecord,
  AccountRegistry,
  AccountStatus,
  AccountToken,
  LoginFamily,
  NewAccount,
  SyncLogEntry,
  TokenReplacement,
} from './runtime/ports/account-registry.ts'
export {
  type ActionClaim,
  type ActionFailure,
  type ActionJournal,
  type ActionRecord,
  type ActionState,
  actionFenced,
  byNewest,
  inProgress,
  type ListedAction,
} from './runtime/ports/action-journal.ts'
export type { Destination, DestinationReport, RunInfo } from './runtime/ports/destination.ts'
export type { Item, MessageItem, PageItem, StreamInfo } from './runtime/ports/items.ts'
export { memoryJournal } from './runtime/ports/memory-journal.ts'
export { type CompleteRange, type DriftReport, type ExitCode, Run, type RunSummary } from './runtime/ports/run.ts'
export type { RunLog, RunRecord, StreamRecord } from './runtime/ports/run-log.ts'
export { readSchemaName, type SchemaRegistry, type SchemaVersion, schemaName } from './runtime/ports/schema-registry.ts'
export type {
  ConnectionState,
  JoinedCommit,
  LeaseHolder,
  StateCommit,
  StateLease,
  StateRegistry,
  StateVersion,
} from './runtime/ports/state-registry.ts'
export { type Replacing, type StreamWrite, WRITE_MODES, type WriteMode } from './runtime/ports/stream-write.ts'
export type {
  AppCredentials,
  Connected,
  Login,
  LoginCode,
  LoginRequest,
  SeenAccount,
  TokenAccess,
  TokenCall,
  TokenProvider,
} from './runtime/ports/token-provider.ts'
export { backfillKey, isBackfillKey } from './runtime/read/backfill.ts'
export { type CatalogMatch, type ConfiguredChoice, matchCatalog } from './runtime/read/catalog-match.ts'
export { commitState } from './runtime/read/commit-state.ts'
export { type Delivery, deliver } from './runtime/read/deliver.ts'
export { type Committer, groupCommit } from './runtime/read/group-commit.ts'
export { observeDrift, type SchemaWatch } from './runtime/read/observe-drift.ts'
export { type ReadOptions, read as readStreams } from './runtime/read/read.ts'
export { createRunReporter, type Logger, type RunReporter } from './runtime/read/run-reporter.ts'
export { byScheme, folderOf, formsText } from './url-forms.ts'
