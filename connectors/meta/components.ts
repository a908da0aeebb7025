import type { Component } from '../../framework/manifest/component.ts'
import { GraphAuthenticator } from './graph-authenticator.ts'
import { GraphCheck } from './graph-check.ts'
import { GraphErrorHandler } from './graph-error-handler.ts'
import { GraphFieldsRequester } from './graph-fields-requester.ts'
import { GraphTimes } from './graph-times.ts'
import { InsightsRetriever } from './insights-retriever.ts'
import { InsightsSchemaLoader } from './insights-schema-loader.ts'
import { ItemInsightsRetriever } from './item-insights-retriever.ts'

/** What manifests of the Graph API may name besides the language itself. */
export const metaComponents: readonly Component[] = [
  GraphAuthenticator,
  GraphCheck,
  GraphErrorHandler,
  GraphFieldsRequester,
  GraphTimes,
  InsightsRetriever,
  InsightsSchemaLoader,
  ItemInsightsRetriever,
]
