import { between, fraction, mix, pick, textHash } from '../hash.ts'

/** What is known of one Instagram account; a function of the seed and the id, apart from what a test has changed. */
export interface InstagramFacts {
  readonly id: string
  /** The id that an app sees for the account's owner under `graph.instagram.com/me`. */
  readonly appScopedId: string
  readonly igId: number
  readonly username: string
  readonly name: string
  readonly biography: string
  /** Absent for accounts without a link. */
  readonly website?: string
  /** Followers at the start of the clock. */
  readonly followers: number
  readonly follows: number
  readonly accountType: 'BUSINESS' | 'MEDIA_CREATOR'
}

const WORDS: readonly [string, ...string[]] = ['studio', 'bakery', 'robotics', 'outdoor', 'books', 'records', 'kitchen', 'labs', 'atelier']
const NAMES: readonly [string, ...string[]] = ['Acme', 'Nordlicht', 'Café Sol', 'Blue Harbour', 'Ōkami', 'مقهى النور', 'Fern & Sons']

/** Facts of an account. Without a given number it has between 500 and 250,000 followers. */
export function instagramFacts(seed: number, id: string, followers?: number): InstagramFacts {
  const roll = (salt: number) => mix(seed, textHash(id), salt, 61)
  const word = pick(roll(1), WORDS)
  const username = `${word}_${id.slice(-6)}`
  return {
    id,
    appScopedId: `2${String(roll(2)).padStart(10, '0')}${id.slice(-6)}`,
    igId: 5_000_000_000 + roll(3),
    username,
    name: `${pick(roll(4), NAMES)} ${word}`,
    biography: `${word} since ${between(roll(5), 1890, 2024)} 🌿\nOpen Tuesday – Sunday {{ hours }}`,
    ...(roll(6) % 5 === 0 ? {} : { website: `https://${username.replace('_', '-')}.example/` }),
    followers: followers ?? between(roll(7), 500, 5_000) * between(roll(8), 1, 50),
    follows: between(roll(9), 5, 900),
    accountType: roll(10) % 3 === 0 ? 'MEDIA_CREATOR' : 'BUSINESS',
  }
}

/** Followers on a day: about half a per mille more each day. `days` counts from the start of the clock. */
export function followersOn({ followers, id }: Pick<InstagramFacts, 'followers' | 'id'>, days: number): number {
  return Math.max(0, followers + Math.floor(days * followers * (0.000_3 + fraction(textHash(id)) * 0.000_4)))
}
