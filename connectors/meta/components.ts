import type { Component } from '../../framework/manifest/definition/component.ts'
import { ItemWindowCursor } from './cursors/item-window-cursor.ts'
import { MemoryCursor } from './cursors/memory-cursor.ts'
import { ObservationCursor } from './cursors/observation-cursor.ts'
import { SettledCursor } from './cursors/settled-cursor.ts'
import { GraphAuthenticator } from './graph/graph-authenticator.ts'
import { GraphBatchRequester } from './graph/graph-batch-requester.ts'
import { GraphCheck } from './graph/graph-check.ts'
import { GraphErrorHandler } from './graph/graph-error-handler.ts'
import { GraphFieldsRequester } from './graph/graph-fields-requester.ts'
import { GraphNodeExtractor } from './graph/graph-node-extractor.ts'
import { GraphTimes } from './graph/graph-times.ts'
import { InstagramAccountList } from './graph/instagram-account-list.ts'
import { LoginCheck } from './health/login-check.ts'
import { AccountInsightsRetriever } from './insights/account-insights-retriever.ts'
import { DemographicsRetriever } from './insights/demographics-retriever.ts'
import { InsightsRetriever } from './insights/insights-retriever.ts'
import { InsightsSchemaLoader } from './insights/insights-schema-loader.ts'
import { ItemInsightsRetriever } from './insights/item-insights-retriever.ts'

/** What manifests of the Graph API may name besides the language itself. */
export const metaComponents: readonly Component[] = [
  AccountInsightsRetriever,
  DemographicsRetriever,
  GraphAuthenticator,
  GraphBatchRequester,
  GraphCheck,
  GraphErrorHandler,
  GraphFieldsRequester,
  GraphNodeExtractor,
  GraphTimes,
  InsightsRetriever,
  InsightsSchemaLoader,
  InstagramAccountList,
  ItemInsightsRetriever,
  ItemWindowCursor,
  LoginCheck,
  MemoryCursor,
  ObservationCursor,
  SettledCursor,
]
