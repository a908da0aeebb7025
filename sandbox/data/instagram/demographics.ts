import { fraction, mix, textHash } from '../hash.ts'
import type { AccountKey } from './account-insights.ts'
import type { BreakdownResult } from './shares.ts'

const CITIES =
  'London, England|Sydney, New South Wales|Caracas, Capital District|São Paulo, São Paulo (state)|Amsterdam, Noord-Holland|Rio de Janeiro, Rio de Janeiro (state)|Kuwait City, Capital Governorate|Montreal, Quebec|Kolkata, West Bengal|Tulsa, Oklahoma|Lagos, Lagos State|Ahmedabad, Gujarat|Skopje, Municipality of Centar (Skopje)|Chicago, Illinois|Bogotá, Distrito Especial|Dar es Salaam, Dar es Salaam|Jakarta, Jakarta|Accra, Greater Accra Region|Berlin, Berlin|Hamburg, Hamburg|Köln, Nordrhein-Westfalen|Lisbon, Lisbon District|Porto, Porto District|Madrid, Comunidad de Madrid|Paris, Île-de-France|Lyon, Rhône-Alpes|Rome, Lazio|Milan, Lombardia|Vienna, Wien|Zürich, Canton of Zurich|Warsaw, Masovian Voivodeship|Prague, Prague|Budapest, Budapest|Athens, Attica (region)|İstanbul, İstanbul Province|Cairo, Cairo Governorate|Casablanca, Grand Casablanca|Nairobi, Nairobi Area|Cape Town, Western Cape|Mumbai, Maharashtra|Delhi, Delhi|Dhaka, Dhaka Division|Karachi, Sindh|Manila, Metro Manila|Tokyo, Tokyo|Osaka, Osaka Prefecture|Seoul, Seoul|Mexico City, Distrito Federal|Lima, Lima Region|Santiago, Santiago Metropolitan Region|Toronto, Ontario|New York, New York|Los Angeles, California|Austin, Texas|Seattle, Washington'.split(
    '|',
  )
const COUNTRIES =
  'US DE GB FR IT ES PT NL BE AT CH PL CZ HU GR TR EG MA KE ZA NG GH TZ IN BD PK PH JP KR ID TH VN MY SG AU NZ CA MX BR AR CL PE CO VE SE NO DK FI IE RO UA IL AE SA'.split(
    ' ',
  )

const PARTS: Readonly<Record<string, readonly string[]>> = {
  age: ['13-17', '18-24', '25-34', '35-44', '45-54', '55-64', '65+'],
  gender: ['F', 'M', 'U'],
  country: COUNTRIES,
  city: CITIES,
}
/** Entries per answer at most. */
const TOP = 45
/** Accounts per follower that an audience counts, in a month. */
const AUDIENCES: Readonly<Record<string, number>> = {
  follower_demographics: 1,
  engaged_audience_demographics: 0.12,
  reached_audience_demographics: 1.5,
}

export type Timeframe = 'this_week' | 'this_month'

/** One table of an audience: by one dimension or a combination, on a day of observation (days since the start of the clock). */
export interface DemographicsQuery {
  readonly account: AccountKey
  readonly metric: string
  readonly dimensions: readonly string[]
  readonly timeframe?: Timeframe
  readonly day: number
}

/** Accounts in the audience of the metric. */
export function audienceSize({ account, metric, timeframe, day }: Omit<DemographicsQuery, 'dimensions'>): number {
  const width = metric !== 'follower_demographics' && timeframe === 'this_week' ? 0.4 : 1
  return Math.floor(account.followers * (AUDIENCES[metric] ?? 0) * width * (1 + day * 0.000_5))
}

/** The results, largest first, at most 45; parts without people are left out. The answer is an approximation: it adds up to less. */
export function demographics(query: DemographicsQuery): BreakdownResult[] {
  const key = mix(query.account.seed, textHash(query.account.accountId), textHash(query.metric), 95)
  const size = audienceSize(query)
  return combinations(query.dimensions)
    .map((values) => ({ dimension_values: values, value: Math.floor(size * share(key, query.dimensions, values)) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .slice(0, TOP)
}

function combinations([first, ...others]: readonly string[]): string[][] {
  if (first === undefined) return [[]]
  return (PARTS[first] ?? []).flatMap((value) => combinations(others).map((rest) => [value, ...rest]))
}

/** Part of the whole that belongs to a combination: falls off quickly, so that the tail is empty for small accounts. */
function share(key: number, dimensions: readonly string[], values: readonly string[]): number {
  return dimensions.reduce((product, dimension, index) => (product * weight(key, values[index] ?? '')) / whole(key, dimension), 0.97)
}

function weight(key: number, part: string): number {
  return fraction(mix(key, textHash(part))) ** 2
}

function whole(key: number, dimension: string): number {
  return (PARTS[dimension] ?? []).reduce((sum, part) => sum + weight(key, part), 0)
}
