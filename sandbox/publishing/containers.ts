import { mix } from '../data/hash.ts'
import { DAY_MS } from '../time.ts'
import { type Container, statusOf } from './container.ts'
import { publishingError } from './errors.ts'
import type { PublishingSettings } from './options.ts'

/** What happens to the next containers of an account; set by faults. */
export interface NextContainer {
  /** Seconds that it takes longer. */
  readonly seconds?: number
  /** Subcode with which it fails. */
  readonly failure?: number
}

/** What a route knows of a container to be. */
export type ContainerPlan = Pick<
  Container,
  'account' | 'kind' | 'video' | 'carouselItem' | 'children' | 'caption' | 'altText' | 'shareToFeed'
> & {
  /** Waits for an upload. */
  readonly resumable: boolean
  readonly failure: number | undefined
}

/** The containers of a world: made, processed as the clock advances, published, expired. */
export class Containers {
  readonly #seed: number
  readonly #now: () => number
  readonly #settings: PublishingSettings
  readonly #byId = new Map<string, Container>()
  readonly #next = new Map<string, NextContainer>()
  #made = 0

  constructor({ seed, now, settings }: { seed: number; now: () => number; settings: PublishingSettings }) {
    this.#seed = seed
    this.#now = now
    this.#settings = settings
  }

  find(id: string): Container | undefined {
    return this.#byId.get(id)
  }

  of(account: string): readonly Container[] {
    return [...this.#byId.values()].filter((container) => container.account === account)
  }

  /** Throws 9/2207042 when the account has made all the containers that 24 hours allow. */
  create({ resumable, ...plan }: ContainerPlan): Container {
    const now = this.#now()
    if (this.of(plan.account).filter(({ created }) => created > now - DAY_MS).length >= this.#settings.containers) {
      throw publishingError(2207042, `No more than ${this.#settings.containers} containers in 24 hours.`)
    }
    const { seconds = 0, failure } = this.#next.get(plan.account) ?? {}
    this.#next.delete(plan.account)
    const base = plan.video ? this.#settings.videoSeconds : this.#settings.imageSeconds
    const container: Container = {
      ...plan,
      id: this.#newId(),
      created: now,
      upload: resumable ? { received: Buffer.alloc(0), size: undefined } : undefined,
      readyAt: now + (base + seconds) * 1_000,
      readsLeft: this.#settings.readsInProgress,
      failure: failure ?? plan.failure,
      publishedAt: undefined,
    }
    this.#byId.set(container.id, container)
    return container
  }

  /** The state as a status read tells it; the read counts. */
  read(container: Container): ReturnType<typeof statusOf> {
    const status = statusOf(container, this.#now())
    if (container.readsLeft > 0) container.readsLeft--
    return status
  }

  status(container: Container): ReturnType<typeof statusOf> {
    return statusOf(container, this.#now())
  }

  /** The bytes are complete: the processing begins now. */
  uploaded(container: Container, failure: number | undefined): void {
    container.upload = undefined
    container.readyAt += this.#now() - container.created
    container.failure ??= failure
  }

  /** The next container of an account is slow, or fails. */
  next(account: string, change: NextContainer): void {
    this.#next.set(account, { ...this.#next.get(account), ...change })
  }

  clear(): void {
    this.#byId.clear()
    this.#next.clear()
  }

  /** 17 digits, and no id of another family: accounts and hashtags begin with 1784. */
  #newId(): string {
    const made = this.#made++
    return `1788${String(mix(this.#seed, made, 91) % 1_000_000).padStart(6, '0')}${String(made).padStart(7, '0')}`
  }
}
