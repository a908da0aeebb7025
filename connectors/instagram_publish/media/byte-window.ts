/** Random access to the bytes of a file that may be far away. */
export interface ByteSource {
  /** Of the whole file; absent when nobody tells. */
  readonly size: number | undefined
  /** Up to `length` bytes from `offset`; fewer where the file ends. Throws UnreadableMedia when they can't be had. */
  read(offset: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** The bytes are not what an image or video is made of, or end too early, or are too many to look for the header. */
export class UnreadableMedia extends Error {}

const BLOCK = 65_536
/** A header that has not been found within so many bytes is given up. */
const MAX_BYTES = 8 * 1_048_576

/** Reads a source in blocks that are kept, so that a parser may look at a few bytes here and there. */
export class ByteWindow {
  readonly #source: ByteSource
  readonly #blocks = new Map<number, Promise<Buffer>>()

  constructor(source: ByteSource) {
    this.#source = source
  }

  get size(): number | undefined {
    return this.#source.size
  }

  /** Exactly `length` bytes. Throws UnreadableMedia when the file ends before, or when too much has been read already. */
  async at(offset: number, length: number): Promise<Buffer> {
    const bytes = await this.upTo(offset, length)
    if (bytes.length < length) throw new UnreadableMedia(`the file ends at byte ${offset + bytes.length}`)
    return bytes
  }

  /** Up to `length` bytes. */
  async upTo(offset: number, length: number): Promise<Buffer> {
    const first = Math.floor(offset / BLOCK)
    const last = Math.floor((offset + Math.max(length, 1) - 1) / BLOCK)
    const parts: Buffer[] = []
    for (let index = first; index <= last; index++) parts.push(await this.#block(index))
    const start = offset - first * BLOCK
    return Buffer.concat(parts).subarray(start, start + length)
  }

  #block(index: number): Promise<Buffer> {
    const known = this.#blocks.get(index)
    if (known !== undefined) return known
    if (this.#source.size !== undefined && index * BLOCK >= this.#source.size) return Promise.resolve(Buffer.alloc(0))
    if ((this.#blocks.size + 1) * BLOCK > MAX_BYTES) throw new UnreadableMedia(`no header within ${MAX_BYTES} bytes`)
    const block = this.#source.read(index * BLOCK, BLOCK)
    this.#blocks.set(index, block)
    return block
  }
}
