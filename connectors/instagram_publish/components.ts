import type { Component } from '../../framework/manifest/definition/component.ts'
import { GraphAuthenticator } from '../meta/graph/graph-authenticator.ts'
import { InstagramPostCheck } from './post-check.ts'
import { InstagramPostReconciler } from './post-reconciler.ts'
import { PublishErrorHandler } from './publish-error-handler.ts'
import { PublishingCheck } from './publishing-check.ts'
import { ResumableUploadStep } from './upload-step.ts'

/** What the manifest of publishing names besides the language itself. */
export const publishComponents: readonly Component[] = [
  GraphAuthenticator,
  InstagramPostCheck,
  InstagramPostReconciler,
  PublishErrorHandler,
  PublishingCheck,
  ResumableUploadStep,
]
