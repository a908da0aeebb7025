import type { Component } from '../../framework/manifest/definition/component.ts'
import { InstagramHashtagRetriever } from './hashtag-retriever.ts'
import { InstagramMediaRetriever } from './media/retriever.ts'
import { InstagramMediaRow } from './media/row.ts'

/** What the manifest of this connector may name besides the components of the Graph API. */
export const instagramComponents: readonly Component[] = [InstagramHashtagRetriever, InstagramMediaRetriever, InstagramMediaRow]
