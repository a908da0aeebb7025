import type { Route } from '../call/call.ts'
import { accountRoute } from './instagram/account.ts'
import { accountInsightsRoute } from './instagram/account-insights.ts'
import { hashtagRoutes } from './instagram/hashtags.ts'
import { mediaRoutes } from './instagram/media.ts'
import { mediaChangeRoutes } from './instagram/media-changes.ts'
import { mediaInsightsRoute } from './instagram/media-insights.ts'
import { mediaListRoute } from './instagram/media-list.ts'
import { publishingRoutes } from './instagram/publishing.ts'
import { storiesRoute } from './instagram/stories.ts'
import { uploadRoute } from './instagram/upload.ts'
import { authorizeRoutes } from './login/authorize.ts'
import { instagramAppRoutes } from './login/instagram-oauth.ts'
import { type AppRoute, appRoutes, debugTokenRoute } from './login/oauth.ts'
import { accountsRoute } from './pages/accounts.ts'
import { businessRoutes } from './pages/businesses.ts'
import { meRoutes } from './pages/me.ts'
import { pageRoute } from './pages/page.ts'
import { pageInsightsRoute } from './pages/page-insights.ts'
import { postRoute } from './pages/post.ts'
import { postInsightsRoute } from './pages/post-insights.ts'
import { postsRoutes } from './pages/posts.ts'

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
