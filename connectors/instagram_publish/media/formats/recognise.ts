import type { MediaFormat } from '../facts.ts'

const HEIC_BRANDS = /^(?:hei[cxms]|hev[cxms]|mif1|msf1)$/
const AVIF_BRANDS = /^avi[fs]$/
/** First boxes of videos that were written without a type. */
const FIRST_BOXES = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'])

/** The format by the first bytes alone; names and types of servers are not asked. */
export function recognise(head: Buffer): MediaFormat {
  const text = head.toString('latin1', 0, 64)
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'AVI ') return 'avi'
  if (text.startsWith('\x1a\x45\xdf\xa3')) return 'webm'
  if (text.slice(4, 8) === 'ftyp') return formatOfBrand(text.slice(8, 12))
  if (FIRST_BOXES.has(text.slice(4, 8))) return 'mov'
  return /^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)/i.test(text) ? 'html' : 'unknown'
}

function formatOfBrand(brand: string): MediaFormat {
  if (HEIC_BRANDS.test(brand)) return 'heic'
  if (AVIF_BRANDS.test(brand)) return 'avif'
  return brand === 'qt  ' ? 'mov' : 'mp4'
}
