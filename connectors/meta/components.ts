import type { Component } from '../../framework/manifest/component.ts'
import { GraphAuthenticator } from './graph-authenticator.ts'
import { GraphBatchRequester } from './graph-batch-requester.ts'
import { GraphCheck } from './graph-check.ts'
import { GraphErrorHandler } from './graph-error-handler.ts'
import { GraphFieldsRequester } from './graph-fields-requester.ts'
import { GraphTimes } from './graph-times.ts'
import { InsightsRetriever } from './insights-retriever.ts'
import { InsightsSchemaLoader } from './insights-schema-loader.ts'
import { InstagramAccountList } from './instagram-account-list.ts'
import { ItemInsightsRetriever } from './item-insights-retriever.ts'

/** What manifests of the Graph API may name besides the language itself. */
export const metaComponents: readonly Component[] = [
  GraphAuthenticator,
  GraphBatchRequester,
  GraphCheck,
  GraphErrorHandler,
  GraphFieldsRequester,
  GraphTimes,
  InsightsRetriever,
  InsightsSchemaLoader,
  InstagramAccountList,
  ItemInsightsRetriever,
]
