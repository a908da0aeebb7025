import { type PageFacts, pageFacts, pageId } from '../data/pages.ts'
import type { PageAccess } from '../tokens/token.ts'

/** The Page whose recorded response is served as it was; it is in every world, whatever the seed. */
export const RECORDED_PAGE = '112704783733939'

// Indexes far from those of the listed Pages, so that the ids never meet.
const OWNED_FROM = 2_000_000
const CLIENT_FROM = 3_000_000

/** A business and the Pages that are reached through it. */
export interface Business {
  readonly id: string
  readonly name: string
  readonly ownedPages: readonly string[]
  readonly clientPages: readonly string[]
}

/** The Pages of a world. Facts come from the seed; single ones can be overridden for a test. */
export class PageBook {
  readonly listed: readonly string[]
  readonly business: Business
  readonly #seed: number
  readonly #known: Set<string>
  readonly #facts = new Map<string, PageFacts>()

  constructor(seed: number, count: number) {
    this.#seed = seed
    this.listed = Array.from({ length: count }, (_, index) => pageId(seed, index))
    this.business = {
      id: pageId(seed, 1_000_000),
      name: 'Harbour Holding',
      ownedPages: [pageId(seed, OWNED_FROM), pageId(seed, OWNED_FROM + 1)],
      clientPages: [pageId(seed, CLIENT_FROM)],
    }
    this.#known = new Set([...this.listed, ...this.business.ownedPages, ...this.business.clientPages, RECORDED_PAGE])
  }

  has(id: string): boolean {
    return this.#known.has(id)
  }

  facts(id: string): PageFacts {
    const known = this.#facts.get(id)
    if (known) return known
    const recorded = { name: 'Airbyte', username: 'AirbyteHQ', fan_count: 270, followers_count: 320 }
    const facts = { ...pageFacts(this.#seed, id), ...(id === RECORDED_PAGE ? recorded : {}) }
    this.#facts.set(id, facts)
    return facts
  }

  /** Changes facts of one Page, for example `{ fan_count: 50 }` for one too small to have insights. */
  update(id: string, changes: Partial<PageFacts>): void {
    this.#facts.set(id, { ...this.facts(id), ...changes })
  }

  /** Ids under `/me/accounts` for a kind of access. */
  accounts(access: PageAccess): readonly string[] {
    if (access === 'listed') return this.listed
    return access === 'recorded' ? [RECORDED_PAGE] : []
  }
}
