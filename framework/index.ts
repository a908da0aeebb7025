// The only door: what connectors, destinations, registries and programs that embed the runtime may use.
export { type Clock, systemClock } from './clock.ts'
export type { Check, CheckResult, CheckTarget } from './components/checks/check.ts'
export type { Account, Discovery } from './components/resolvers/discovery.ts'
export type { Stream } from './components/streams/stream.ts'
export { diskFiles, errnoOf, type Files, replaceFile, syncDirectory, temporaryPath, writeDurably } from './durable-file.ts'
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
export { type Component, defineComponent, defineFamily, type Family, type Field, type Language } from './manifest/component.ts'
export { createLanguage } from './manifest/language.ts'
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
export type { Finding, Reporter } from './report.ts'
export type { Destination, DestinationReport, RunInfo } from './runtime/destination.ts'
export type { Item, MessageItem, PageItem, StreamInfo } from './runtime/items.ts'
export type { ConnectionState, LeaseHolder, StateLease, StateRegistry, StateVersion } from './runtime/state-registry.ts'
