import type { ConnectorPackage } from './connector-package.ts'
import { facebookPages } from './facebook_pages/package.ts'
import { instagramGraph } from './instagram_graph/package.ts'
import { instagramPosts } from './instagram_posts/package.ts'
import { instagramPublish } from './instagram_publish/package.ts'

export type { ConnectorPackage, ConnectorParts } from './connector-package.ts'
export type { MetricEntry } from './package-parts.ts'
export type { SyncRecipe, TableChoice } from './sync-recipe.ts'

/** The connectors of this package, by product. */
export const connectors: readonly ConnectorPackage[] = [facebookPages, instagramGraph, instagramPosts, instagramPublish]
