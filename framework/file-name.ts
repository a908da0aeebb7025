import { createHash } from 'node:crypto'

const plain = /^[a-z0-9_][a-z0-9_-]{0,99}$/
/** Names that Windows keeps for devices, whatever their extension. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)$/

/**
 * A file name (without extension) for any text: a stream, a connection. Lower-case letters, digits, `_` and `-` stay as they are;
 * everything else becomes a readable remainder, `~` and the start of a hash, so that two names never share a file, not even
 * where the file system ignores case. The result has no dot, no separator and at most 100 characters.
 */
export function fileNameOf(name: string): string {
  if (plain.test(name) && !device.test(name)) return name
  const readable = name
    .slice(0, 60)
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^[_-]+/, '')
  // UTF-16 keeps lone surrogates apart, which UTF-8 would fold into one replacement character.
  const hash = createHash('sha256').update(name, 'utf16le').digest('hex').slice(0, 16)
  return `${readable}~${hash}`
}
