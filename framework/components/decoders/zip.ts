import { crc32, inflateRawSync } from 'node:zlib'
import { ConnectorError } from '../../errors.ts'
import { MAX_UNPACKED_BYTES } from './derived-response.ts'

/** A file in a zip archive. */
export interface ZipMember {
  readonly name: string
  readonly content: Uint8Array
}

const END_SIGNATURE = 0x06054b50
const ENTRY_SIGNATURE = 0x02014b50
const END_LENGTH = 22
const ENTRY_LENGTH = 46
const LOCAL_LENGTH = 30
const MAX_COMMENT = 0xffff
const STORED = 0
const DEFLATED = 8

/**
 * Files of an archive in the order of its directory, unpacked one at a time and checked by their sums; folders are left out.
 * Throws ERR_BODY_TRUNCATED (transient) for what is no archive or damaged, ERR_ZIP_UNSUPPORTED for encrypted files, other
 * methods than deflate and archives beyond 4 GiB, ERR_BODY_TOO_LARGE. Layout: PKWARE APPNOTE 6.3.
 */
export function* readZip(body: Uint8Array): Iterable<ZipMember> {
  const archive = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const end = endOfDirectory(archive)
  let at = archive.readUInt32LE(end + 16)
  let unpacked = 0
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const entry = readEntry(archive, at)
    at = entry.next
    if (entry.name.endsWith('/')) continue
    unpacked += entry.size
    if (unpacked > MAX_UNPACKED_BYTES) {
      throw new ConnectorError('ERR_BODY_TOO_LARGE', `the zip archive unfolds to more than ${MAX_UNPACKED_BYTES} bytes`)
    }
    yield { name: entry.name, content: contentOf(archive, entry) }
  }
}

function endOfDirectory(archive: Buffer): number {
  for (let at = archive.length - END_LENGTH; at >= Math.max(0, archive.length - END_LENGTH - MAX_COMMENT); at--) {
    if (archive.readUInt32LE(at) === END_SIGNATURE) return at
  }
  throw damaged('has no directory')
}

interface Entry {
  readonly name: string
  readonly method: number
  readonly sum: number
  readonly packed: number
  readonly size: number
  /** Where its local header stands. */
  readonly start: number
  /** Where the next entry of the directory stands. */
  readonly next: number
}

function readEntry(archive: Buffer, at: number): Entry {
  if (at + ENTRY_LENGTH > archive.length || archive.readUInt32LE(at) !== ENTRY_SIGNATURE) throw damaged('has a damaged directory')
  const nameEnd = at + ENTRY_LENGTH + archive.readUInt16LE(at + 28)
  const entry = {
    name: archive.toString('utf8', at + ENTRY_LENGTH, nameEnd),
    method: archive.readUInt16LE(at + 10),
    sum: archive.readUInt32LE(at + 16),
    packed: archive.readUInt32LE(at + 20),
    size: archive.readUInt32LE(at + 24),
    start: archive.readUInt32LE(at + 42),
    next: nameEnd + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32),
  }
  if ((archive.readUInt16LE(at + 8) & 1) === 1) throw unsupported(`file ${entry.name} is encrypted`)
  if ([entry.packed, entry.size, entry.start].includes(0xffffffff)) throw unsupported(`file ${entry.name} is larger than 4 GiB`)
  return entry
}

function contentOf(archive: Buffer, { name, method, sum, packed, size, start }: Entry): Uint8Array {
  if (start + LOCAL_LENGTH > archive.length) throw damaged(`ends before file ${name}`)
  const from = start + LOCAL_LENGTH + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28)
  if (from + packed > archive.length) throw damaged(`ends inside file ${name}`)
  const content = unpack(archive.subarray(from, from + packed), { name, method, size })
  if (content.length !== size || crc32(content) !== sum) throw damaged(`holds file ${name}, which does not fit its sum`)
  return content
}

function unpack(packed: Buffer, { name, method, size }: Pick<Entry, 'name' | 'method' | 'size'>): Uint8Array {
  if (method === STORED) return packed
  if (method !== DEFLATED) throw unsupported(`file ${name} is packed by method ${method}`)
  try {
    // A file that unfolds to more than its entry says is damaged, whatever comes after.
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
  } catch (cause) {
    throw damaged(`holds file ${name}, which cannot be unpacked`, cause)
  }
}

function damaged(what: string, cause?: unknown): ConnectorError {
  return new ConnectorError('ERR_BODY_TRUNCATED', `the zip archive ${what}`, { failureType: 'transient_error', cause })
}

function unsupported(what: string): ConnectorError {
  return new ConnectorError('ERR_ZIP_UNSUPPORTED', `the zip archive cannot be read: ${what}`)
}
