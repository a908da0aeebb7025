import type { Component } from '../../framework/manifest/component.ts'
import { AccountInsightsRetriever } from './account-insights-retriever.ts'
import { DemographicsRetriever } from './demographics-retriever.ts'
import { GraphAuthenticator } from './graph-authenticator.ts'
import { GraphBatchRequester } from './graph-batch-requester.ts'
import { GraphCheck } from './graph-check.ts'
import { GraphErrorHandler } from './graph-error-handler.ts'
import { GraphFieldsRequester } from './graph-fields-requester.ts'
import { GraphNodeExtractor } from './graph-node-extractor.ts'
import { GraphTimes } from './graph-times.ts'
import { InsightsRetriever } from './insights-retriever.ts'
import { InsightsSchemaLoader } from './insights-schema-loader.ts'
import { InstagramAccountList } from './instagram-account-list.ts'
import { ItemInsightsRetriever } from './item-insights-retriever.ts'
import { ItemWindowCursor } from './item-window-cursor.ts'
import { LoginCheck } from './login-check.ts'
import { MemoryCursor } from './memory-cursor.ts'
import { ObservationCursor } from './observation-cursor.ts'
import { SettledCursor } from './settled-cursor.ts'

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
