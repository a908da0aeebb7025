import type { Call, Route } from '../../call/call.ts'
import { invalidParameter, unknownObject } from '../../errors.ts'
import { publishingError } from '../../publishing/errors.ts'
import type { Published } from '../../publishing/published.ts'
import { notPermitted } from './access.ts'
import { readableMedia } from './media.ts'

/** Deleting a post, and allowing comments on it. Only what was published through the API can be changed. */
export const mediaChangeRoutes: readonly Route[] = [
  { method: 'DELETE', path: '/{ig-media}', answer: remove },
  { method: 'POST', path: '/{ig-media}', answer: toggleComments },
]

/** Facebook Login only, with a scope of its own; items of a carousel can't go alone. */
function remove(call: Call): unknown {
  const media = readableMedia(call)
  if (call.request.host === 'instagram') throw unknownObject(call.id, 'DELETE')
  if (!call.token.scopes.includes('instagram_manage_contents')) throw notPermitted()
  const post = media.kind === 'child' ? undefined : publishedPost(call)
  if (!post) throw publishingError(2207073)
  call.world.instagram.published.delete(post)
  return { success: true, deleted_id: post.id }
}

function toggleComments(call: Call): unknown {
  readableMedia(call)
  const scope = call.token.kind === 'instagram' ? 'instagram_business_manage_comments' : 'instagram_manage_comments'
  if (!call.token.scopes.includes(scope)) throw notPermitted()
  const enabled = call.params.get('comment_enabled')
  if (enabled !== 'true' && enabled !== 'false') throw invalidParameter('The parameter comment_enabled is required.')
  const post = publishedPost(call)
  if (!post) throw unknownObject(call.id, 'POST')
  post.commentsEnabled = enabled === 'true'
  return { success: true }
}

function publishedPost({ world, id }: Call): Published | undefined {
  return world.instagram.published.all().find((post) => post.id === id && post.deletedAt === undefined)
}
