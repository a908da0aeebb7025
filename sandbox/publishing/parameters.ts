import { GraphError, invalidParameter } from '../errors.ts'
import type { ContainerKind } from './container.ts'
import { publishingError } from './errors.ts'

type Params = ReadonlyMap<string, string>

/** The parameters of a new container, checked. */
export interface ContainerParameters {
  readonly kind: ContainerKind
  readonly carouselItem: boolean
  readonly resumable: boolean
  readonly imageUrl: string | undefined
  readonly videoUrl: string | undefined
  readonly children: readonly string[]
  readonly thumbOffset: number | undefined
}

interface Host {
  /** It takes files in parts. */
  readonly uploads: boolean
}

const MAX_CAPTION = 2_200
const KINDS: Readonly<Record<string, ContainerKind>> = {
  IMAGE: 'IMAGE',
  VIDEO: 'VIDEO',
  REELS: 'REELS',
  STORIES: 'STORIES',
  CAROUSEL: 'CAROUSEL',
}

/** Reads and checks what was sent. Throws the refusal of the first parameter that does not fit. */
export function readContainerParameters(params: Params, host: Host): ContainerParameters {
  const carouselItem = flag(params, 'is_carousel_item')
  const kind = readKind(params)
  const resumable = readUpload(params, host)
  checkSource(params, { kind, resumable })
  checkTexts(params)
  checkTags(params, kind)
  const thumb = params.get('thumb_offset')
  if (thumb !== undefined && !/^\d+$/.test(thumb)) throw publishingError(2207057)
  const video = resumable || kind === 'VIDEO' || kind === 'REELS' || (kind === 'STORIES' && !params.has('image_url'))
  return {
    kind,
    carouselItem,
    resumable,
    imageUrl: video ? undefined : params.get('image_url'),
    videoUrl: video ? params.get('video_url') : undefined,
    children: kind === 'CAROUSEL' ? readChildren(params) : [],
    thumbOffset: thumb === undefined || params.has('cover_url') ? undefined : Number(thumb),
  }
}

/** A list as `a,b`, or as JSON. */
export function readList(text: string): string[] {
  if (!text.trimStart().startsWith('[')) return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
  const list = json(text)
  return Array.isArray(list) ? list.map(String) : []
}

function readKind(params: Params): ContainerKind {
  const carouselItem = flag(params, 'is_carousel_item')
  const text = params.get('media_type')
  const kind = text === undefined ? 'IMAGE' : KINDS[text]
  // A video of its own in the feed is a reel since 2023; VIDEO is left for the items of a carousel.
  if (kind === undefined || (kind === 'VIDEO' && !carouselItem)) throw publishingError(2207023)
  if (carouselItem && kind !== 'IMAGE' && kind !== 'VIDEO') throw publishingError(2207023)
  return kind
}

function readUpload(params: Params, { uploads }: Host): boolean {
  const type = params.get('upload_type')
  if (type === undefined) return false
  if (type !== 'resumable') throw invalidParameter('Param upload_type must be one of {resumable}')
  if (!uploads) throw missing('video_url')
  return true
}

function checkSource(params: Params, { kind, resumable }: { kind: ContainerKind; resumable: boolean }): void {
  if (kind === 'CAROUSEL' || resumable) return
  if (kind === 'IMAGE' && !params.get('image_url')) throw missing('image_url')
  if ((kind === 'VIDEO' || kind === 'REELS') && !params.get('video_url')) throw missing('video_url')
  if (kind === 'STORIES' && !params.get('image_url') && !params.get('video_url')) throw missing('image_url')
}

function missing(name: string): GraphError {
  return new GraphError({ code: 100, type: 'IGApiException', message: `The parameter ${name} is required.` })
}

function checkTexts(params: Params): void {
  const caption = params.get('caption') ?? ''
  if ([...caption].length > MAX_CAPTION || (caption.match(/#[\p{L}\p{N}_]+/gu)?.length ?? 0) > 30) throw publishingError(2207010)
  if ((caption.match(/(?<![\w@])@\w+/g)?.length ?? 0) > 20) throw publishingError(2207040)
  if ([...(params.get('alt_text') ?? '')].length > 1_000) throw invalidParameter('Param alt_text must be at most 1000 characters long.')
  if (params.has('location_id') && !/^\d+$/.test(params.get('location_id') ?? '')) throw invalidParameter('Param location_id is invalid.')
  if (readList(params.get('collaborators') ?? '').length > 3) throw invalidParameter('Param collaborators must have at most 3 elements.')
}

function checkTags(params: Params, kind: ContainerKind): void {
  for (const tag of objects(params, 'user_tags')) {
    if (typeof tag['username'] !== 'string') throw invalidParameter('Param user_tags needs a username.')
    if (kind === 'IMAGE' && !isPosition(tag)) throw invalidParameter('Param user_tags needs x and y between 0.0 and 1.0.')
  }
  checkProducts(objects(params, 'product_tags'), kind)
}

function checkProducts(products: ReturnType<typeof objects>, kind: ContainerKind): void {
  const video = kind === 'REELS' || kind === 'VIDEO'
  if (products.length > 5) throw invalidParameter('Param product_tags must have at most 5 elements.')
  for (const tag of products) {
    if (tag['product_id'] === undefined) throw publishingError(2207036)
    if (!/^\d+$/.test(String(tag['product_id']))) throw publishingError(2207037)
    if (video ? tag['x'] !== undefined || tag['y'] !== undefined : !isPosition(tag)) throw publishingError(2207035)
  }
}

function isPosition({ x, y }: Readonly<Record<string, unknown>>): boolean {
  return [x, y].every((value) => typeof value === 'number' && value >= 0 && value <= 1)
}

function objects(params: Params, name: string): Readonly<Record<string, unknown>>[] {
  const text = params.get(name)
  if (text === undefined) return []
  const list = json(text)
  if (!Array.isArray(list) || list.some((entry) => typeof entry !== 'object' || entry === null)) {
    throw invalidParameter(`Param ${name} must be an array.`)
  }
  return list
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is no JSON is refused by the caller as not being a list.
    return undefined
  }
}

function readChildren(params: Params): string[] {
  const children = readList(params.get('children') ?? '')
  if (children.length < 2 || children.length > 10) throw publishingError(2207028)
  return children
}

function flag(params: Params, name: string): boolean {
  return ['true', '1'].includes(params.get(name) ?? '')
}
