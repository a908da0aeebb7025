import type { Component } from '../manifest/definition/component.ts'
import { AskReconciler } from './actions/ask-reconciler.ts'
import { CommitStep } from './actions/commit-step.ts'
import { CreateStep } from './actions/create-step.ts'
import { DeclarativeAction } from './actions/declarative-action.ts'
import { ForEachStep } from './actions/for-each-step.ts'
import { GuardStep } from './actions/guard-step.ts'
import { PollStep } from './actions/poll-step.ts'
import { ReadBackStep } from './actions/read-back-step.ts'
import { ReadStep } from './actions/read-step.ts'
import { RefuseStep } from './actions/refuse-step.ts'
import { RequiredFields } from './actions/required-fields.ts'
import { ValidateStep } from './actions/validate-step.ts'
import { FixedWindowCallRatePolicy } from './api-budget/fixed-window-call-rate-policy.ts'
import { HTTPAPIBudget } from './api-budget/http-api-budget.ts'
import { HttpRequestRegexMatcher } from './api-budget/http-request-regex-matcher.ts'
import { MovingWindowCallRatePolicy } from './api-budget/moving-window-call-rate-policy.ts'
import { RatePerInterval } from './api-budget/rate.ts'
import { UnlimitedCallRatePolicy } from './api-budget/unlimited-call-rate-policy.ts'
import { AsyncJobStatusMap } from './async-jobs/async-job-status-map.ts'
import { AsyncRetriever } from './async-jobs/async-retriever.ts'
import { ApiKeyAuthenticator } from './authenticators/api-key-authenticator.ts'
import { BasicHttpAuthenticator } from './authenticators/basic-http-authenticator.ts'
import { BearerAuthenticator } from './authenticators/bearer-authenticator.ts'
import { JwtAuthenticator } from './authenticators/jwt-authenticator.ts'
import { LegacySessionTokenAuthenticator } from './authenticators/legacy-session-token-authenticator.ts'
import { NoAuth } from './authenticators/no-auth.ts'
import { OAuthAuthenticator } from './authenticators/oauth-authenticator.ts'
import { QuotaStatusSource } from './authenticators/quota-status-source.ts'
import { RateLimitedMultipleTokenAuthenticator } from './authenticators/rate-limited-multiple-token-authenticator.ts'
import { RefreshTokenUpdater } from './authenticators/refresh-token-updater.ts'
import { SelectiveAuthenticator } from './authenticators/selective-authenticator.ts'
import { SessionTokenAuthenticator } from './authenticators/session-token-authenticator.ts'
import { SessionTokenRequestApiKeyAuthenticator } from './authenticators/session-token-request-api-key-authenticator.ts'
import { SessionTokenRequestBearerAuthenticator } from './authenticators/session-token-request-bearer-authenticator.ts'
import { EndpointTokenQuota } from './authenticators/token-quota.ts'
import { ConstantBackoffStrategy } from './backoff/constant-backoff-strategy.ts'
import { ExponentialBackoffStrategy } from './backoff/exponential-backoff-strategy.ts'
import { WaitTimeFromHeader } from './backoff/wait-time-from-header.ts'
import { WaitTimeFromResponse } from './backoff/wait-time-from-response.ts'
import { WaitUntilTimeFromHeader } from './backoff/wait-until-time-from-header.ts'
import { CheckDynamicStream } from './checks/check-dynamic-stream.ts'
import { CheckStream } from './checks/check-stream.ts'
import { DynamicStreamCheckConfig } from './checks/dynamic-stream-check-config.ts'
import { ConfigAddFields } from './config-rules/config-add-fields.ts'
import { ConfigMigration } from './config-rules/config-migration.ts'
import { ConfigNormalizationRules } from './config-rules/config-normalization-rules.ts'
import { ConfigRemapField } from './config-rules/config-remap-field.ts'
import { ConfigRemoveFields } from './config-rules/config-remove-fields.ts'
import { DpathValidator } from './config-rules/dpath-validator.ts'
import { PredicateValidator } from './config-rules/predicate-validator.ts'
import { ValidateAdheresToSchema } from './config-rules/validate-adheres-to-schema.ts'
import { DatetimeBasedCursor } from './cursors/datetime-based-cursor.ts'
import { IncrementingCountCursor } from './cursors/incrementing-count-cursor.ts'
import { MinMaxDatetime } from './cursors/min-max-datetime.ts'
import { CompositeRawDecoder } from './decoders/composite-raw-decoder.ts'
import { CsvDecoder } from './decoders/csv-decoder.ts'
import { GzipDecoder } from './decoders/gzip-decoder.ts'
import { IterableDecoder } from './decoders/iterable-decoder.ts'
import { JsonDecoder } from './decoders/json-decoder.ts'
import { JsonItemsDecoder } from './decoders/json-items-decoder.ts'
import { JsonlDecoder } from './decoders/jsonl-decoder.ts'
import { XmlDecoder } from './decoders/xml-decoder.ts'
import { ZipfileDecoder } from './decoders/zipfile-decoder.ts'
import { CompositeErrorHandler } from './error-handlers/composite-error-handler.ts'
import { DefaultErrorHandler } from './error-handlers/default-error-handler.ts'
import { HttpResponseFilter } from './error-handlers/http-response-filter.ts'
import { DpathExtractor } from './extractors/dpath-extractor.ts'
import { ParentFieldPath } from './extractors/parent-field-path.ts'
import { RecordExpander } from './extractors/record-expander.ts'
import { ConditionRecordFilter } from './extractors/record-filter.ts'
import { StandardRecordSelector } from './extractors/record-selector.ts'
import { ResponseToFileExtractor } from './extractors/response-to-file-extractor.ts'
import { HttpFileUploader } from './files/file-uploader.ts'
import { CursorPagination } from './paginators/cursor-pagination.ts'
import { DefaultPaginator } from './paginators/default-paginator.ts'
import { NoPagination } from './paginators/no-pagination.ts'
import { OffsetIncrement } from './paginators/offset-increment.ts'
import { PageIncrement } from './paginators/page-increment.ts'
import { GroupingPartitionRouter } from './partition-routers/grouping-partition-router.ts'
import { ListPartitionRouter } from './partition-routers/list-partition-router.ts'
import { ParentStreamConfig } from './partition-routers/parent-stream-config.ts'
import { SubstreamPartitionRouter } from './partition-routers/substream-partition-router.ts'
import { UnionPartitionRouter } from './partition-routers/union-partition-router.ts'
import { GroupByKeyMergeStrategy } from './properties/group-by-key-merge-strategy.ts'
import { JsonSchemaPropertySelector } from './properties/json-schema-property-selector.ts'
import { PropertiesFromEndpoint } from './properties/properties-from-endpoint.ts'
import { PropertyChunking } from './properties/property-chunking.ts'
import { RequestedProperties } from './properties/query-properties.ts'
import { HttpRequester } from './requesters/http-requester.ts'
import { RequestBodyGraphQL } from './requesters/request-body-graph-ql.ts'
import { RequestBodyJsonObject } from './requesters/request-body-json-object.ts'
import { RequestBodyPlainText } from './requesters/request-body-plain-text.ts'
import { RequestBodyUrlEncodedForm } from './requesters/request-body-url-encoded-form.ts'
import { RequestPath } from './requesters/request-path.ts'
import { ValueRequestOption } from './requesters/value-request-option.ts'
import { AccountDiscovery } from './resolvers/account-discovery.ts'
import { ComponentMappingDefinition } from './resolvers/component-mapping-definition.ts'
import { ConfigComponentsResolver } from './resolvers/config-components-resolver.ts'
import { HttpComponentsResolver } from './resolvers/http-components-resolver.ts'
import { ParametrizedComponentsResolver } from './resolvers/parametrized-components-resolver.ts'
import { StreamConfig } from './resolvers/stream-config.ts'
import { StreamParametersDefinition } from './resolvers/stream-parameters-definition.ts'
import { PaginationReset } from './retrievers/pagination-reset.ts'
import { PaginationResetLimits } from './retrievers/pagination-reset-limits.ts'
import { SimpleRetriever } from './retrievers/simple-retriever.ts'
import { ComplexFieldType } from './schema-loaders/complex-field-type.ts'
import { DefaultSchemaLoader } from './schema-loaders/default-schema-loader.ts'
import { DynamicSchemaLoader } from './schema-loaders/dynamic-schema-loader.ts'
import { InlineSchemaLoader } from './schema-loaders/inline-schema-loader.ts'
import { JsonFileSchemaLoader } from './schema-loaders/json-file-schema-loader.ts'
import { SchemaTypeIdentifier } from './schema-loaders/schema-type-identifier.ts'
import { TypesMap } from './schema-loaders/types-map.ts'
import { LegacyToPerPartitionStateMigration } from './state-migrations/legacy-to-per-partition-state-migration.ts'
import { ConditionalStreams } from './streams/conditional-streams.ts'
import { DeclarativeStream } from './streams/declarative-stream.ts'
import { DynamicDeclarativeStream } from './streams/dynamic-declarative-stream.ts'
import { StateDelegatingStream } from './streams/state-delegating-stream.ts'
import { AddFields } from './transformations/add-fields.ts'
import { AddedFieldDefinition } from './transformations/added-field-definition.ts'
import { DpathFlattenFields } from './transformations/dpath-flatten-fields.ts'
import { FlattenFields } from './transformations/flatten-fields.ts'
import { KeyTransformation } from './transformations/key-transformation.ts'
import { KeysReplace } from './transformations/keys-replace.ts'
import { KeysToLower } from './transformations/keys-to-lower.ts'
import { KeysToSnakeCase } from './transformations/keys-to-snake-case.ts'
import { RemoveFields } from './transformations/remove-fields.ts'

/** The components of the language, by family. A connector adds its own with `language.with`. */
export const components: readonly Component[] = [
  FixedWindowCallRatePolicy,
  HTTPAPIBudget,
  HttpRequestRegexMatcher,
  MovingWindowCallRatePolicy,
  RatePerInterval,
  UnlimitedCallRatePolicy,
  AsyncJobStatusMap,
  AskReconciler,
  CommitStep,
  CreateStep,
  DeclarativeAction,
  ForEachStep,
  GuardStep,
  PollStep,
  ReadBackStep,
  ReadStep,
  RefuseStep,
  RequiredFields,
  ValidateStep,
  ApiKeyAuthenticator,
  BasicHttpAuthenticator,
  BearerAuthenticator,
  JwtAuthenticator,
  LegacySessionTokenAuthenticator,
  NoAuth,
  OAuthAuthenticator,
  QuotaStatusSource,
  RateLimitedMultipleTokenAuthenticator,
  RefreshTokenUpdater,
  SelectiveAuthenticator,
  SessionTokenAuthenticator,
  SessionTokenRequestApiKeyAuthenticator,
  SessionTokenRequestBearerAuthenticator,
  EndpointTokenQuota,
  ConstantBackoffStrategy,
  ExponentialBackoffStrategy,
  WaitTimeFromHeader,
  WaitTimeFromResponse,
  WaitUntilTimeFromHeader,
  CheckDynamicStream,
  CheckStream,
  DynamicStreamCheckConfig,
  ConfigAddFields,
  ConfigMigration,
  ConfigNormalizationRules,
  ConfigRemapField,
  ConfigRemoveFields,
  DpathValidator,
  PredicateValidator,
  ValidateAdheresToSchema,
  DatetimeBasedCursor,
  IncrementingCountCursor,
  MinMaxDatetime,
  CompositeRawDecoder,
  CsvDecoder,
  GzipDecoder,
  IterableDecoder,
  JsonDecoder,
  JsonItemsDecoder,
  JsonlDecoder,
  XmlDecoder,
  ZipfileDecoder,
  CompositeErrorHandler,
  DefaultErrorHandler,
  HttpResponseFilter,
  DpathExtractor,
  ParentFieldPath,
  RecordExpander,
  ConditionRecordFilter,
  StandardRecordSelector,
  ResponseToFileExtractor,
  HttpFileUploader,
  CursorPagination,
  DefaultPaginator,
  NoPagination,
  OffsetIncrement,
  PageIncrement,
  GroupingPartitionRouter,
  ListPartitionRouter,
  ParentStreamConfig,
  SubstreamPartitionRouter,
  UnionPartitionRouter,
  GroupByKeyMergeStrategy,
  JsonSchemaPropertySelector,
  PropertiesFromEndpoint,
  PropertyChunking,
  RequestedProperties,
  HttpRequester,
  RequestBodyGraphQL,
  RequestBodyJsonObject,
  RequestBodyPlainText,
  RequestBodyUrlEncodedForm,
  RequestPath,
  ValueRequestOption,
  AccountDiscovery,
  ComponentMappingDefinition,
  ConfigComponentsResolver,
  HttpComponentsResolver,
  ParametrizedComponentsResolver,
  StreamConfig,
  StreamParametersDefinition,
  AsyncRetriever,
  PaginationReset,
  PaginationResetLimits,
  SimpleRetriever,
  ComplexFieldType,
  DefaultSchemaLoader,
  DynamicSchemaLoader,
  InlineSchemaLoader,
  JsonFileSchemaLoader,
  SchemaTypeIdentifier,
  TypesMap,
  LegacyToPerPartitionStateMigration,
  ConditionalStreams,
  DeclarativeStream,
  DynamicDeclarativeStream,
  StateDelegatingStream,
  AddFields,
  AddedFieldDefinition,
  DpathFlattenFields,
  FlattenFields,
  KeyTransformation,
  KeysReplace,
  KeysToLower,
  KeysToSnakeCase,
  RemoveFields,
]
