import type { Call, Route } from '../../call/call.ts'
import { readTime } from '../../call/insights.ts'
import { invalidParameter } from '../../errors.ts'
import { type Container, statusText } from '../../publishing/container.ts'
import { publishingError } from '../../publishing/errors.ts'
import { inspectImage, inspectVideo } from '../../publishing/inspect.ts'
import { type ContainerParameters, readContainerParameters } from '../../publishing/parameters.ts'
import type { Published, PublishedPlan } from '../../publishing/published.ts'
import { DAY_MS } from '../../time.ts'
import type { Shape } from '../../wire/fields.ts'
import { renderer } from '../../wire/fields.ts'
import { requireAccount, requirePublishing } from './access.ts'

/** Making containers, reading them, publishing them, and how many posts are left. */
export const publishingRoutes: readonly Route[] = [
  { method: 'POST', path: '/{ig-user}/media', downloads: ['image_url', 'video_url'], answer: create },
  { method: 'POST', path: '/{ig-user}/media_publish', answer: publish },
  { method: 'GET', path: '/{ig-user}/content_publishing_limit', answer: limit },
  { method: 'GET', path: '/{ig-container}', answer: readContainer },
]

function create(call: Call): unknown {
  requireAccount(call, call.id)
  requirePublishing(call)
  const { containers } = call.world.publishing
  const params = readContainerParameters(call.params, { uploads: call.request.host === 'facebook' })
  const { failure, video } = look(call, params)
  const container = containers.create({
    ...params,
    account: call.id,
    video,
    caption: params.carouselItem ? undefined : call.params.get('caption') || undefined,
    altText: call.params.get('alt_text') || undefined,
    shareToFeed: call.params.get('share_to_feed') !== 'false',
    failure,
  })
  if (!params.resumable) return { id: container.id }
  return { id: container.id, uri: `${call.world.url()}/ig-api-upload/v${call.version}.0/${container.id}` }
}

/** Judges what the container is made of: images and items at once, videos later. */
function look(call: Call, params: ContainerParameters): { failure: number | undefined; video: boolean } {
  const { kind, imageUrl, videoUrl, thumbOffset, resumable } = params
  if (kind === 'CAROUSEL') {
    checkChildren(call, params.children)
    return { failure: undefined, video: false }
  }
  if (resumable) return { failure: undefined, video: true }
  const { downloads } = call.request
  if (imageUrl !== undefined) {
    inspectImage(downloads?.get(imageUrl), kind)
    return { failure: undefined, video: false }
  }
  const { failure, seconds } = inspectVideo(downloads?.get(videoUrl ?? ''), kind)
  if (failure === undefined && thumbOffset !== undefined && thumbOffset > seconds * 1_000) throw publishingError(2207057)
  return { failure, video: true }
}

function checkChildren({ world: { publishing }, id }: Call, children: readonly string[]): void {
  for (const child of children) {
    const container = publishing.containers.find(child)
    if (container?.account !== id || !container.carouselItem) throw publishingError(2207006)
    const status = publishing.containers.status(container)
    if (status === 'IN_PROGRESS') throw publishingError(2207027)
    if (status === 'ERROR') throw publishingError(2207032)
    if (status === 'EXPIRED') throw publishingError(2207008)
  }
}

const containerShape: Shape<Container, Call> = {
  type: 'ShadowIGMediaBuilder',
  defaults: ['id'],
  fields: {
    id: (container) => container.id,
    status_code: (container, _, { world }) => world.publishing.containers.status(container),
    status: (container, _, { world }) => statusText(container, world.clock.now().getTime()),
    copyright_check_status: () => ({ status: 'completed', matches_found: false }),
  },
}

/** A container never tells which media came of it. */
function readContainer(call: Call): unknown {
  const container = ownContainer(call, call.id)
  requireAccount(call, container.account)
  const answer = renderer(containerShape, call.fields, call)(container)
  call.world.publishing.containers.read(container)
  return answer
}

function ownContainer({ world }: Call, id: string): Container {
  const container = world.publishing.containers.find(id)
  if (!container) throw publishingError(2207006)
  return container
}

function publish(call: Call): unknown {
  requireAccount(call, call.id)
  requirePublishing(call)
  const { publishing, instagram } = call.world
  const creation = call.params.get('creation_id')
  if (!creation) throw invalidParameter('The parameter creation_id is required.')
  const container = ownContainer(call, creation)
  if (container.account !== call.id || container.carouselItem) throw publishingError(2207006)
  checkPublishable(call, container)
  if (used(call) >= publishing.settings.quota) throw publishingError(2207042)
  container.publishedAt = call.world.clock.now().getTime()
  return { id: instagram.publish(planOf(call, container)).id }
}

function checkPublishable({ world: { publishing } }: Call, container: Container): void {
  const status = publishing.containers.status(container)
  if (status === 'IN_PROGRESS') throw publishingError(2207027)
  if (status === 'ERROR') throw publishingError(2207032)
  if (status === 'EXPIRED') throw publishingError(2207008)
  if (status === 'PUBLISHED' && publishing.settings.republish === 'refused') throw publishingError(2207006)
}

/** What the post will be. A reel reads as VIDEO of the product REELS. */
function planOf({ world }: Call, container: Container): PublishedPlan {
  const { account, id, kind, video, caption, altText, shareToFeed, children } = container
  return {
    account,
    container: id,
    type: kind === 'CAROUSEL' ? 'CAROUSEL_ALBUM' : video ? 'VIDEO' : 'IMAGE',
    product: kind === 'REELS' ? 'REELS' : kind === 'STORIES' ? 'STORY' : 'FEED',
    caption: kind === 'STORIES' ? undefined : caption,
    altText,
    sharedToFeed: shareToFeed,
    children: children.map((child) => (world.publishing.containers.find(child)?.video ? 'VIDEO' : 'IMAGE')),
  }
}

const limitShape: Shape<readonly Published[], Call> = {
  type: 'ShadowIGUserContentPublishingLimit',
  defaults: ['quota_usage'],
  fields: {
    id: () => undefined,
    quota_usage: (posts) => posts.length,
    config: (_, __, { world }) => ({ quota_total: world.publishing.settings.quota, quota_duration: 86_400 }),
  },
}

function limit(call: Call): unknown {
  requireAccount(call, call.id)
  requirePublishing(call)
  const now = call.world.clock.now().getTime()
  const since = readTime(call.params.get('since'), 'since') ?? now - DAY_MS + 1
  if (since < now - DAY_MS) throw invalidParameter('Param since must lie within the last 24 hours.')
  return { data: [renderer(limitShape, call.fields, call)(postsSince(call, since))] }
}

function used(call: Call): number {
  return postsSince(call, call.world.clock.now().getTime() - DAY_MS + 1).length
}

/** A deleted post still counts. */
function postsSince({ world, id }: Call, since: number): readonly Published[] {
  return world.instagram.published.all(id).filter(({ created }) => created >= since)
}
