import { between, mix, pick, textHash } from './hash.ts'

/** What is known of one Page; a function of the seed and the id alone. */
export interface PageFacts {
  readonly id: string
  readonly name: string
  readonly username: string
  readonly category: string
  readonly category_list: readonly { readonly id: string; readonly name: string }[]
  readonly about: string
  readonly link: string
  readonly website: string
  readonly fan_count: number
  readonly followers_count: number
  readonly talking_about_count: number
  readonly rating_count: number
  readonly overall_star_rating: number
  readonly verification_status: 'blue_verified' | 'gray_verified' | 'not_verified'
  readonly is_published: boolean
  readonly has_transitioned_to_new_page_experience: boolean
  readonly location: { readonly city: string; readonly country: string; readonly zip: string }
  readonly tasks: readonly string[]
  /** Whether the monetization metrics answer; nearly no Page has access to them. */
  readonly monetized: boolean
}

const CATEGORIES: readonly [Category, ...Category[]] = [
  { id: '2211', name: 'Software' },
  { id: '1065597503495311', name: 'Software Company' },
  { id: '2500', name: 'Local business' },
  { id: '187133811318958', name: 'Business Service' },
  { id: '1562965077339698', name: 'Bakery' },
]
interface Category {
  readonly id: string
  readonly name: string
}
const FIRST: readonly [string, ...string[]] = ['Acme', 'Nordlicht', 'Café', 'Blue Harbour', 'Ōkami', 'Zółty', 'مقهى', 'Fern & Sons']
const SECOND: readonly [string, ...string[]] = ['Studio', 'Bakery', 'Robotics', 'Outdoor', 'Books', 'Records', 'Kitchen', 'Labs']
const CITIES: readonly [string, ...string[]] = ['Berlin', 'Lisbon', 'Ōsaka', 'Portland', 'São Paulo']
const TASKS = ['ANALYZE', 'ADVERTISE', 'MESSAGING', 'MODERATE', 'CREATE_CONTENT', 'MANAGE']

// An odd step without the factors 2, 3 and 5 walks through all of the 9 * 10^14 numbers of 15 digits before it repeats.
const ID_STEP = 61_803_398_874_989n
const ID_RANGE = 900_000_000_000_000n

/** The id (15 digits) of the Page with this index in the world of a seed. Two indexes never share one. */
export function pageId(seed: number, index: number): string {
  const start = BigInt(mix(seed, 11)) * 200_003n
  return String(100_000_000_000_000n + ((start + BigInt(index) * ID_STEP) % ID_RANGE))
}

/** All that the sandbox says about a Page. Pages have between 500 and 250,000 followers. */
export function pageFacts(seed: number, id: string): PageFacts {
  const roll = (salt: number) => mix(seed, textHash(id), salt)
  const name = `${pick(roll(1), FIRST)} ${pick(roll(2), SECOND)}`
  const category = pick(roll(3), CATEGORIES)
  const fans = between(roll(4), 500, 5_000) * between(roll(5), 1, 50)
  const username = `${pick(roll(2), SECOND).toLowerCase()}.${id.slice(-5)}`
  return {
    id,
    name,
    username,
    category: category.name,
    category_list: [category],
    about: `${name} – news, pictures and opening hours.`,
    link: `https://www.facebook.com/${id}`,
    website: `https://${username}.example/`,
    fan_count: fans,
    followers_count: fans + between(roll(6), 0, 400),
    talking_about_count: between(roll(7), 0, Math.ceil(fans / 40)),
    rating_count: between(roll(8), 0, 300),
    overall_star_rating: between(roll(9), 30, 50) / 10,
    verification_status: pick(roll(10), ['not_verified', 'not_verified', 'blue_verified', 'gray_verified']),
    is_published: true,
    has_transitioned_to_new_page_experience: true,
    location: { city: pick(roll(11), CITIES), country: 'Testland', zip: String(between(roll(12), 10_000, 99_999)) },
    tasks: TASKS,
    monetized: false,
  }
}
