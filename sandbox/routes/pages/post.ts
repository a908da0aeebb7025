import { type Call, expansion, type Route } from '../../call/call.ts'
import { requirePageToken } from '../../call/page-access.ts'
import { mix } from '../../data/hash.ts'
import { graphTime } from '../../data/pacific.ts'
import { type PostFacts, postFacts, postNumber } from '../../data/posts.ts'
import { type GraphError, permission, unknownObject } from '../../errors.ts'
import { type Field, renderer, type Shape } from '../../wire/fields.ts'
import { pageOfPost } from '../../world/nodes.ts'
import { postSeries } from '../../world/world.ts'
import { postInsights } from './post-insights.ts'

const ATTACHMENT = { added_photos: 'photo', added_video: 'video', shared_story: 'link', mobile_status_update: undefined } as const

/** Fields of a post. Counts come as summaries of edges: `reactions.summary(true).limit(0)`. */
export const postShape: Shape<PostFacts, Call> = {
  type: 'PagePost',
  defaults: ['created_time', 'message', 'story', 'id'],
  fields: {
    id: (post) => post.id,
    created_time: (post) => graphTime(post.created),
    updated_time: (post) => graphTime(post.updated),
    message: (post) => post.message,
    story: (post) => post.story,
    permalink_url: (post) => `https://www.facebook.com/${post.id.replace('_', '/posts/')}`,
    status_type: (post) => post.kind,
    full_picture: (post) => (ATTACHMENT[post.kind] ? pictureOf(post) : undefined),
    is_published: () => true,
    is_hidden: () => false,
    is_expired: () => false,
    from: (post, _, call) => ({ name: call.world.pages.facts(pageOfPost(post.id)).name, id: pageOfPost(post.id) }),
    shares: (post) => (post.shares === 0 ? undefined : { count: post.shares }),
    attachments: (post, field) => attachments(post, field),
    reactions: (post, field) => edge(field, { total_count: post.reactions, viewer_reaction: 'NONE' }),
    likes: (post, field) => edge(field, { total_count: post.reactions, can_like: true, has_liked: false }),
    comments: (post, field, call) => comments(post, field, call),
    insights: (post, field, call) => postInsights(expansion(call, post.id, field)),
  },
}

/** `GET /{post}` */
export const postRoute: Route = {
  method: 'GET',
  path: '/{post}',
  answer: (call) => {
    const page = pageOfPost(call.id)
    requirePageToken(call, page, 'code 210')
    const series = postSeries(call.world, page)
    const n = postNumber(series, call.id)
    if (n === undefined) throw unknownObject(call.id, 'GET')
    return renderer(postShape, call.fields, call)(postFacts(series, n))
  },
}

function pictureOf(post: PostFacts): string {
  const signature = mix(post.number, post.created / 1_000, 51).toString(16)
  return `https://scontent.xx.fbcdn.net/v/t39.30808-6/${post.number}_n.jpg?_nc_cat=104&oh=00_${signature}&oe=${signature}`
}

function attachments(post: PostFacts, { fields }: Field): unknown {
  const media = ATTACHMENT[post.kind]
  if (!media) return undefined
  const all: Record<string, unknown> = {
    media_type: media,
    type: media === 'link' ? 'share' : media,
    url: `https://www.facebook.com/${post.id}`,
    unshimmed_url: `https://www.facebook.com/${post.id}`,
    title: `Attachment of post ${post.number + 1}`,
    description: post.message,
    media: { image: { height: 720, src: pictureOf(post), width: 720 } },
    target: { id: post.id.slice(post.id.indexOf('_') + 1), url: `https://www.facebook.com/${post.id}` },
    subattachments: undefined,
  }
  const names = fields?.map((field) => field.name) ?? ['media_type', 'title', 'url', 'type', 'media', 'target']
  return { data: [Object.fromEntries(names.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]))] }
}

/** An edge as a field. Its rows belong to other people and stay out; the summary is there when it is asked for. */
function edge(field: Field, summary: Readonly<Record<string, unknown>>): unknown {
  const asked = field.args.get('summary')
  if (asked === undefined || asked === 'false' || asked === '0') return { data: [] }
  return { data: [], summary }
}

function comments(post: PostFacts, field: Field, call: Call): unknown {
  if (!call.token.scopes.includes('pages_read_user_content')) throw noUserContent()
  return edge(field, { order: 'ranked', total_count: post.comments, can_comment: true })
}

function noUserContent(): GraphError {
  return permission(10, "This endpoint requires the 'pages_read_user_content' permission or the 'Page Public Content Access' feature.")
}
