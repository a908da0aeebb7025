/** What the sandbox sees in the bytes of a media. */
export type Measured =
  | { readonly kind: 'jpeg'; readonly width: number; readonly height: number }
  | { readonly kind: 'other-image' }
  | { readonly kind: 'video'; readonly seconds: number }
  | { readonly kind: 'unknown' }

/** Looks at the first bytes and, for a JPEG or an MP4, for size and duration. Never throws. */
export function measure(bytes: Buffer): Measured {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return jpeg(bytes)
  const head = bytes.subarray(0, 16).toString('latin1')
  if (head.startsWith('\x89PNG') || head.startsWith('GIF8') || /^RIFF....WEBP/s.test(head)) return { kind: 'other-image' }
  if (/^....ftyp(?:hei|mif|avif)/s.test(head)) return { kind: 'other-image' }
  if (/^....(?:ftyp|moov|wide)/s.test(head)) return video(bytes)
  return { kind: 'unknown' }
}

/** Walks the segments to the frame header. */
function jpeg(bytes: Buffer): Measured {
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { kind: 'jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return { kind: 'unknown' }
}

/** The movie header stands somewhere in the file: at its start or, often, at its end. */
function video(bytes: Buffer): Measured {
  const at = bytes.indexOf('mvhd', 0, 'latin1')
  if (at < 0 || at + 32 > bytes.length) return { kind: 'unknown' }
  const long = bytes[at + 4] === 1
  const scale = bytes.readUInt32BE(at + (long ? 24 : 16))
  const duration = long && at + 36 <= bytes.length ? Number(bytes.readBigUInt64BE(at + 28)) : bytes.readUInt32BE(at + 20)
  return scale === 0 ? { kind: 'unknown' } : { kind: 'video', seconds: duration / scale }
}
