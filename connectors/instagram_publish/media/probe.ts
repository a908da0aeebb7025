import { defined } from '../../../framework/defined.ts'
import { type AddressOptions, openAddress } from './address-source.ts'
import { type ByteSource, ByteWindow, UnreadableMedia } from './byte-window.ts'
import type { AddressFacts, MediaFacts, MediaFormat } from './facts.ts'
import { openFile } from './file-source.ts'
import { heifSize } from './formats/heif.ts'
import { gifSize, pngSize, webpSize } from './formats/images.ts'
import { readJpeg } from './formats/jpeg.ts'
import { recognise } from './formats/recognise.ts'
import { readVideo } from './formats/video.ts'
import { type RangeRequest, rangeRequests } from './range-request.ts'
import type { MediaSource } from './sources.ts'

export interface ProbeOptions {
  /** How bytes are asked for. Default: requests without credentials, to public addresses. */
  readonly http?: RangeRequest
  /** Allows this machine and private networks: for a sandbox. */
  readonly localHosts?: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Learns what an image or video is by reading its header: at most 8 MiB in blocks of 64 KiB, by range requests from a URL. A file that
 * can't be had or understood is a fact, not an error; rejects only when `signal` is aborted.
 */
export async function probeMedia(source: MediaSource, options: ProbeOptions = {}): Promise<MediaFacts> {
  const { localHosts = false, signal } = options
  if ('file' in source) return probeFile(source.file)
  const address: AddressOptions = { http: options.http ?? rangeRequests({ localHosts }), localHosts, signal }
  const opened = await openAddress(source.url, address)
  return opened.source ? probeBytes(opened.source, opened.facts) : { format: 'unknown', address: opened.facts }
}

async function probeFile(path: string): Promise<MediaFacts> {
  const opened = await openFile(path).catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  return typeof opened === 'string' ? { format: 'unknown', unreadable: opened } : probeBytes(opened)
}

async function probeBytes(source: ByteSource, address?: AddressFacts): Promise<MediaFacts> {
  const window = new ByteWindow(source)
  const known = defined({ size: source.size, address })
  let format: MediaFormat = 'unknown'
  try {
    const head = await window.upTo(0, 64)
    if (head.length === 0) return { format, ...known, unreadable: 'the file is empty' }
    format = recognise(head)
    return { format, ...known, ...(await READERS[format](window)) }
  } catch (error) {
    if (!(error instanceof UnreadableMedia)) throw error
    return { format, ...known, unreadable: error.message }
  } finally {
    await source.close()
  }
}

type Reader = (window: ByteWindow) => Promise<Omit<MediaFacts, 'format' | 'size' | 'address'>>

const READERS: Readonly<Record<MediaFormat, Reader>> = {
  jpeg: async (window) => {
    const { complete, ...size } = await readJpeg(window)
    return complete ? size : { ...size, unreadable: 'the file has no end: it is cut off' }
  },
  png: pngSize,
  gif: gifSize,
  webp: webpSize,
  heic: heifSize,
  avif: heifSize,
  mp4: readVideo,
  mov: readVideo,
  webm: async () => ({}),
  avi: async () => ({}),
  html: async () => ({ unreadable: 'a web page' }),
  unknown: async () => ({ unreadable: 'neither an image nor a video of a known format' }),
}
