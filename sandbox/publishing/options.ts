/** How publishing behaves; everything has a default. Seconds of the fake clock, unless they say otherwise. */
export interface PublishingOptions {
  /** Until an image or a carousel is FINISHED; default 5. */
  readonly imageSeconds?: number
  /** Until a video is FINISHED; default 60. */
  readonly videoSeconds?: number
  /** Reads of the status that say IN_PROGRESS whatever the clock says: for a clock that stands; default 0. */
  readonly readsInProgress?: number
  /** Posts in any 24 hours; default 50. */
  readonly quota?: number
  /** Containers in any 24 hours; default 400. */
  readonly containers?: number
  /** What a second publish of the same container does; default `refused` (24/2207006). */
  readonly republish?: 'refused' | 'posts-again'
  /** Real milliseconds that the download of a media may take; default 10,000. */
  readonly downloadMs?: number
}

export type PublishingSettings = Required<PublishingOptions>

const DEFAULTS: PublishingSettings = {
  imageSeconds: 5,
  videoSeconds: 60,
  readsInProgress: 0,
  quota: 50,
  containers: 400,
  republish: 'refused',
  downloadMs: 10_000,
}

/** Fills in the defaults. Throws a TypeError for numbers below 0. */
export function publishingSettings(options: PublishingOptions = {}): PublishingSettings {
  const settings = { ...DEFAULTS, ...options }
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'number' && !(value >= 0)) throw new TypeError(`sandbox: publishing.${name} must be a number of 0 or more`)
  }
  return settings
}
