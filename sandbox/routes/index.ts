import type { Route } from '../call.ts'
import { accountsRoute } from './accounts.ts'
import { authorizeRoutes } from './authorize.ts'
import { businessRoutes } from './businesses.ts'
import { accountRoute } from './instagram/account.ts'
import { accountInsightsRoute } from './instagram/account-insights.ts'
import { hashtagRoutes } from './instagram/hashtags.ts'
import { mediaRoutes } from './instagram/media.ts'
import { mediaChangeRoutes } from './instagram/media-changes.ts'
import { mediaInsightsRoute } from './instagram/media-insights.ts'
import { mediaListRoute } from './instagram/media-list.ts'
import { instagramAppRoutes } from './instagram/oauth.ts'
import { publishingRoutes } from './instagram/publishing.ts'
import { storiesRoute } from './instagram/stories.ts'
import { uploadRoute } from './instagram/upload.ts'
import { meRoutes } from './me.ts'
import { type AppRoute, appRoutes, debugTokenRoute } from './oauth.ts'
import { pageRoute } from './page.ts'
import { pageInsightsRoute } from './page-insights.ts'
import { postRoute } from './post.ts'
import { postInsightsRoute } from './post-insights.ts'
import { postsRoutes } from './posts.ts'

/** Every path that answers to a token. A new edge is a new file and a line here. */
export const ROUTES: readonly Route[] = [
  ...meRoutes,
  accountsRoute,
  ...businessRoutes,
  pageRoute,
  pageInsightsRoute,
  ...postsRoutes,
  postRoute,
  postInsightsRoute,
  debugTokenRoute,
  accountRoute,
  accountInsightsRoute,
  mediaListRoute,
  ...mediaRoutes,
  mediaInsightsRoute,
  storiesRoute,
  ...publishingRoutes,
  ...mediaChangeRoutes,
  uploadRoute,
  ...hashtagRoutes,
]

/** Every path that answers to the app rather than to a token. */
export const APP_ROUTES: readonly AppRoute[] = [...appRoutes, ...authorizeRoutes, ...instagramAppRoutes]
