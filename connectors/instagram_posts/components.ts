import type { Component } from '../../framework/manifest/definition/component.ts'
import { InstagramPostsRetriever } from './posts-retriever.ts'

/** What the manifest of this connector may name besides the components of the Graph API. */
export const postsComponents: readonly Component[] = [InstagramPostsRetriever]
