import type { Route } from '../call.ts'
import { accountsRoute } from './accounts.ts'
import { businessRoutes } from './businesses.ts'
import { meRoutes } from './me.ts'
import { debugTokenRoute } from './oauth.ts'
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
]
