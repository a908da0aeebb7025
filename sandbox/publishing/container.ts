import { DAY_MS } from '../time.ts'

export type StatusCode = 'IN_PROGRESS' | 'FINISHED' | 'ERROR' | 'EXPIRED' | 'PUBLISHED'

export type ContainerKind = 'IMAGE' | 'VIDEO' | 'REELS' | 'STORIES' | 'CAROUSEL'

/** A media container: what was sent, and what has become of it. Times in milliseconds of the fake clock. */
export interface Container {
  readonly id: string
  readonly account: string
  readonly created: number
  readonly kind: ContainerKind
  /** A story or an item of a carousel may be either. */
  readonly video: boolean
  readonly carouselItem: boolean
  readonly children: readonly string[]
  readonly caption: string | undefined
  readonly altText: string | undefined
  readonly shareToFeed: boolean
  /** Waits for its bytes at the upload address. */
  upload: Upload | undefined
  readyAt: number
  /** Reads of the status that still say IN_PROGRESS. */
  readsLeft: number
  /** Subcode with which it fails once it is ready. */
  failure: number | undefined
  publishedAt: number | undefined
}

/** A resumable upload on its way. */
export interface Upload {
  readonly received: Buffer
  readonly size: number | undefined
}

/** The state at an instant. */
export function statusOf(container: Container, now: number): StatusCode {
  if (container.publishedAt !== undefined) return 'PUBLISHED'
  if (now >= container.created + DAY_MS) return 'EXPIRED'
  if (container.upload !== undefined || now < container.readyAt || container.readsLeft > 0) return 'IN_PROGRESS'
  return container.failure === undefined ? 'FINISHED' : 'ERROR'
}

/** The free text beside the state; the subcode of a failure stands only here. */
export function statusText(container: Container, now: number): string {
  const texts: Readonly<Record<StatusCode, string>> = {
    IN_PROGRESS: 'In Progress: Media is still being processed.',
    FINISHED: 'Finished: Media has been uploaded and it is ready to be published.',
    ERROR: `Error: Media upload has failed with error code ${container.failure ?? 2207053}`,
    EXPIRED: 'Expired: The container was not published within 24 hours and has expired.',
    PUBLISHED: 'Published: Media has been successfully published.',
  }
  return texts[statusOf(container, now)]
}
