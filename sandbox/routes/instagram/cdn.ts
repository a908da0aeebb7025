import type { Call } from '../../call/call.ts'
import { mix } from '../../data/hash.ts'

const HEX = 16

/**
 * A signed address of the content network. The path stays; signature, expiry and server parameters differ from read to read, so
 * that the whole text is no use as a key or for finding changes.
 */
export function cdnUrl({ world }: Pick<Call, 'world'>, { path, video = false }: { path: string; video?: boolean }): string {
  const read = world.instagram.nextRead()
  const sign = (salt: number) => mix(world.settings.seed, read, salt).toString(HEX).padStart(8, '0')
  const expires = Math.floor(world.clock.now().getTime() / 1_000) + 4 * 86_400 + (read % 3_600)
  const query = new URLSearchParams({
    _nc_cat: String(100 + (read % 12)),
    _nc_ohc: `${sign(1)}${sign(2)}`,
    _nc_ht: 'scontent-lis1-1.cdninstagram.com',
    edm: 'AEQ6tj4EAAAA',
    oh: `00_Af${sign(3)}${sign(4)}`,
    oe: expires.toString(HEX).toUpperCase(),
  })
  const folder = video ? 'o1/v/t16/f1/m82' : 'v/t51.2885-15'
  return `https://scontent-lis1-1.cdninstagram.com/${folder}/${path}?${query}`
}
