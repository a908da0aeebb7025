import type { Call } from '../../call/call.ts'
import type { InstagramFacts } from '../../data/instagram/accounts.ts'
import type { Shape } from '../../wire/fields.ts'
import { followersNow, mediaCount } from '../../world/counts.ts'
import { cdnUrl } from './cdn.ts'

/** What an account shows of itself, to its owner and to others alike. */
export const profileFields: Shape<InstagramFacts, Call>['fields'] = {
  id: (account) => account.id,
  ig_id: (account) => account.igId,
  username: (account) => account.username,
  name: (account) => account.name,
  biography: (account) => account.biography,
  website: (account) => account.website,
  followers_count: (account, _, call) => followersNow(call, account.id),
  follows_count: (account) => account.follows,
  media_count: (account, _, call) => mediaCount(call, account.id),
  profile_picture_url: (account, _, call) => cdnUrl(call, { path: `${account.igId}_n.jpg` }),
}
