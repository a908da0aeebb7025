import { type Call, expansion, type Route } from '../../call/call.ts'
import type { InstagramFacts } from '../../data/instagram/accounts.ts'
import { unknownField } from '../../errors.ts'
import { type Field, renderer, type Shape } from '../../wire/fields.ts'
import { requireAccount } from './access.ts'
import { accountInsights } from './account-insights.ts'
import { businessDiscovery } from './discovery.ts'
import { mediaPage } from './media-list.ts'
import { profileFields } from './profile-fields.ts'
import { storiesPage } from './stories.ts'

type Read = Shape<InstagramFacts, Call>['fields'][string]

/** Fields of an Instagram account, with its edges as expansions. */
export const accountShape: Shape<InstagramFacts, Call> = {
  type: 'ShadowIGUser',
  defaults: ['id'],
  fields: {
    ...profileFields,
    has_profile_pic: () => true,
    is_published: () => true,
    media: (account, field, call) => mediaPage(expansion(call, account.id, field)),
    stories: (account, field, call) => storiesPage(expansion(call, account.id, field)),
    insights: (account, field, call) => accountInsights(expansion(call, account.id, field)),
    business_discovery: onFacebook('business_discovery', (_, field, call) => businessDiscovery(field, call)),
    user_id: onInstagram('user_id', (account) => account.id),
    account_type: onInstagram('account_type', (account) => account.accountType),
  },
}

/** `GET /{ig-user}`, and `/me` at graph.instagram.com, where `id` is the id that the app sees and `user_id` the one for paths. */
export const accountRoute: Route = {
  method: 'GET',
  path: '/{ig-user}',
  answer: (call) => {
    requireAccount(call, call.id)
    const facts = call.world.instagram.facts(call.id)
    const node = renderer(accountShape, call.fields, call)(facts)
    return call.request.segments[0] === 'me' ? { ...node, id: facts.appScopedId } : node
  },
}

/** The account of a Page as a field of it; with sub-fields and expansions of its own. */
export function accountOfPage(page: string, field: Field, call: Call): Record<string, unknown> | undefined {
  const id = call.world.instagram.accountOf(page)
  if (id === undefined) return undefined
  return renderer(accountShape, field.fields, expansion(call, id, field))(call.world.instagram.facts(id))
}

function onFacebook(name: string, read: Read): Read {
  return (account, field, call) => {
    if (call.request.host !== 'facebook') throw unknownField(name, 'ShadowIGUser')
    return read(account, field, call)
  }
}

function onInstagram(name: string, read: Read): Read {
  return (account, field, call) => {
    if (call.request.host !== 'instagram') throw unknownField(name, 'ShadowIGUser')
    return read(account, field, call)
  }
}
