import { type Call, expansion, type Route } from '../../call/call.ts'
import { requirePageReader } from '../../call/page-access.ts'
import type { PageFacts } from '../../data/pages.ts'
import { unknownField } from '../../errors.ts'
import { hasV26Rules } from '../../versions.ts'
import { renderer, type Shape, subset } from '../../wire/fields.ts'
import { pageTokenText } from '../../world/token-store.ts'
import { maySeeInstagram } from '../instagram/access.ts'
import { accountOfPage } from '../instagram/account.ts'
import { pageInsights } from './page-insights.ts'
import { postsPage } from './posts.ts'

const GONE_WITH_V26 = ['current_location', 'genre', 'network', 'parking', 'start_info', 'auto_publish_page_info_updates']

/** Fields of a Page, with its edges as expansions. */
export const pageShape: Shape<PageFacts, Call> = {
  type: 'Page',
  defaults: ['name', 'id'],
  fields: {
    ...plain([
      'id',
      'name',
      'username',
      'category',
      'about',
      'link',
      'website',
      'fan_count',
      'followers_count',
      'talking_about_count',
      'rating_count',
      'overall_star_rating',
      'verification_status',
      'is_published',
      'has_transitioned_to_new_page_experience',
      'tasks',
    ]),
    category_list: (page, field) => page.category_list.map((category) => subset({ ...category }, field, 'PageCategory')),
    location: (page, field) => subset({ ...page.location }, field, 'Location'),
    access_token: (page, _, call) => tokenFor(call, page.id),
    instagram_business_account: (page, field, call) => (maySeeInstagram(call.token) ? accountOfPage(page.id, field, call) : undefined),
    insights: (page, field, call) => pageInsights(expansion(call, page.id, field)),
    posts: (page, field, call) => postsPage(expansion(call, page.id, field), 'posts'),
    published_posts: (page, field, call) => postsPage(expansion(call, page.id, field), 'published_posts'),
    feed: (page, field, call) => postsPage(expansion(call, page.id, field), 'feed'),
    ...Object.fromEntries(GONE_WITH_V26.map((name) => [name, (_: PageFacts, __: unknown, call: Call) => legacy(name, call)])),
  },
}

/** `GET /{page}` */
export const pageRoute: Route = {
  method: 'GET',
  path: '/{page}',
  answer: (call) => {
    requirePageReader(call, call.id)
    return renderer(pageShape, call.fields, call)(call.world.pages.facts(call.id))
  },
}

function plain(names: readonly (keyof PageFacts)[]): Shape<PageFacts, Call>['fields'] {
  return Object.fromEntries(names.map((name) => [name, (page: PageFacts) => page[name]]))
}

/** Fields that were empty for years and then refused. */
function legacy(name: string, call: Call): undefined {
  if (hasV26Rules(call.version, call.world.clock.now().getTime())) throw unknownField(name, 'Page')
  return undefined
}

/** The Page token that belongs to the token of the call: the same one if that is a Page token already. */
function tokenFor({ token }: Call, pageId: string): string | undefined {
  if (token.kind === 'page') return token.pageId === pageId ? token.text : undefined
  return token.kind === 'app' ? undefined : pageTokenText(pageId, token.text)
}
