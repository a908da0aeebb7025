// The door for rooms beside the framework: what destinations and registries of states, schemas and accounts use of it.
export { type AwsEnvironment, awsCredentials } from './aws/credentials.ts'
export { type Clock, systemClock } from './clock.ts'
export { defined } from './defined.ts'
export { diskAdvice, diskFiles, errnoOf, type Files, replaceFile, syncDirectory, temporaryPath, writeDurably } from './durable-file.ts'
export {
  AuthenticationError,
  asConnectorError,
  ConfigError,
  ConnectorError,
  inContext,
  RateLimitError,
  StoppedError,
  suggest,
  withContext,
} from './errors.ts'
export { fileNameOf } from './file-name.ts'
export { type ConnectorHttpClient, createHttpClient, type HttpClientOptions } from './http/create-client.ts'
/** Loses no digit of a whole number. */
export { parseJson as parseExactJson } from './http/json.ts'
export { createBudget } from './http/limits/budget.ts'
export { createRedactor, type Redactor } from './http/redaction/redaction.ts'
export type { ErrorHandler as HttpErrorHandler, Outcome as HttpOutcome, Resolution as HttpResolution } from './http/resolution.ts'
export { allowedHostsOf } from './manifest/allowed-hosts.ts'
export { prepareConfig } from './manifest/config.ts'
export type { Component, Config } from './manifest/definition/component.ts'
export { loadManifest, type Manifest } from './manifest/manifest.ts'
export { readReference, resolveReference, type SecretStores, secretStores } from './manifest/secrets.ts'
export { parsePostgresUrl } from './postgres/address.ts'
export { openPostgres, type PostgresDatabase, type PostgresResult, type Query, quoted } from './postgres/database.ts'
export { isProcessGone, ownProcess, type ProcessIdentity } from './process-identity.ts'
export { plainDecimal, sameDecimal } from './protocol/decimal.ts'
export { isObject } from './protocol/json.ts'
export { localTarget } from './protocol/local-reference.ts'
export type { JsonObject, JsonSchema, Message, Row, StateMessage, StreamState, StreamStatus } from './protocol/messages.ts'
export { type FileReference, fileOf } from './protocol/messages.ts'
export { hasLiterals, literalAt, stateText, withLongIntegers } from './protocol/number-literals.ts'
export type { Reporter } from './report.ts'
export { type BoundStream, selectStreams } from './runtime/assembly/bound-stream.ts'
export { openConnector } from './runtime/assembly/open-connector.ts'
export { withFields } from './runtime/assembly/select-properties.ts'
export type {
  AccountFilter,
  AccountRecord,
  AccountRegistry,
  AccountRegistryDefinition,
  AccountStatus,
  AccountToken,
  NewAccount,
  SyncLogEntry,
  TokenReplacement,
} from './runtime/ports/account-registry.ts'
export { defineAccountRegistry } from './runtime/ports/account-registry.ts'
export {
  type ActionClaim,
  type ActionJournal,
  type ActionRecord,
  actionFenced,
  byNewest,
  inProgress,
  type ListedAction,
} from './runtime/ports/action-journal.ts'
export type {
  Destination,
  DestinationDefinition,
  DestinationReport,
  RowChanges,
  RunInfo,
  WriteAbility,
} from './runtime/ports/destination.ts'
export { commonWrites, defineDestination } from './runtime/ports/destination.ts'
export type { Item, MessageItem, PageItem, StreamInfo } from './runtime/ports/items.ts'
export { heartbeatOf, LEASE_MS, leaseTime } from './runtime/ports/lease-time.ts'
export { memoryJournal } from './runtime/ports/memory-journal.ts'
export { type CompleteRange, type DriftReport, type ExitCode, Run } from './runtime/ports/run.ts'
export type { RunLog, RunRecord } from './runtime/ports/run-log.ts'
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
export { type StreamWrite, WRITE_MODES, type WriteMode } from './runtime/ports/stream-write.ts'
export type {
  AppCredentials,
  Connected,
  Login,
  LoginCode,
  LoginRequest,
  SeenAccount,
  TokenAccess,
  TokenProvider,
} from './runtime/ports/token-provider.ts'
export { backfillKey } from './runtime/read/backfill.ts'
export { commitState } from './runtime/read/commit-state.ts'
export { deliver } from './runtime/read/deliver.ts'
export { groupCommit } from './runtime/read/group-commit.ts'
export { observeDrift, type SchemaWatch } from './runtime/read/observe-drift.ts'
export { read as readStreams } from './runtime/read/read.ts'
export { isOwnKey, refreshKey } from './runtime/read/refresh.ts'
export { createRunReporter, type Logger, type RunReporter } from './runtime/read/run-reporter.ts'
export { DAY_MS, HOUR_MS } from './time.ts'
export { byScheme, folderOf } from './url-forms.ts'
