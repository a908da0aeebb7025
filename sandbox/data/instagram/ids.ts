import { mix } from '../hash.ts'

/** Prefixes of the three families of media ids; 14 digits follow. */
export type IdPrefix = '179' | '180'

/** Which thing of which account an id stands for; the account by its number in the world. */
export interface Serial {
  readonly account: number
  /** Below 10^9. */
  readonly serial: number
}

const SPACE = 100_000_000_000_000n
const PER_ACCOUNT = 1_000_000_000n
// Both steps are coprime to powers of ten, so that no id meets another before the space is used up.
const STEP = 61_803_398_874_989n
const BACK = inverse(STEP, SPACE)
const ACCOUNT_SPACE = 100_000_000_000n
const ACCOUNT_STEP = 38_196_601_129n

/** Id of the account with this index (17 digits, `178414…`). */
export function accountId(seed: number, index: number): string {
  const start = BigInt(mix(seed, 101))
  return `178414${String((start + BigInt(index) * ACCOUNT_STEP) % ACCOUNT_SPACE).padStart(11, '0')}`
}

/** Id of a media or story: the serial, scattered over all numbers of 14 digits so that neighbours do not look like it. */
export function encodeId(prefix: IdPrefix, seed: number, { account, serial }: Serial): string {
  const plain = BigInt(account) * PER_ACCOUNT + BigInt(serial)
  return prefix + String((plain * STEP + offset(seed)) % SPACE).padStart(14, '0')
}

/** What an id stands for; undefined when it is not of this family. Whether that thing exists is for the caller to know. */
export function decodeId(prefix: IdPrefix, seed: number, id: string): Serial | undefined {
  if (id.length !== 17 || !id.startsWith(prefix) || !/^\d+$/.test(id)) return undefined
  const plain = ((BigInt(id.slice(3)) - offset(seed) + SPACE) * BACK) % SPACE
  return { account: Number(plain / PER_ACCOUNT), serial: Number(plain % PER_ACCOUNT) }
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [previous, rest, low, high] = [modulus, value, 0n, 1n]
  while (rest !== 0n) {
    const quotient = previous / rest
    ;[previous, rest, low, high] = [rest, previous - quotient * rest, high, low - quotient * high]
  }
  return (low + modulus) % modulus
}

function offset(seed: number): bigint {
  return BigInt(mix(seed, 102)) * 7_919n
}

const CODE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The long number (19 digits) that Instagram itself counts a media by: time in front, then a part of its own. */
export function longId(created: number, salt: number): string {
  return String((BigInt(created - 1_314_220_021_721) << 23n) | BigInt(salt & 0x7f_ffff))
}

/** The code in permalinks: the long number written with 64 signs. */
export function shortcode(long: string): string {
  let rest = BigInt(long)
  let code = ''
  for (; rest > 0n; rest /= 64n) code = `${CODE[Number(rest % 64n)]}${code}`
  return code
}
