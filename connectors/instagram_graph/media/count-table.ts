/** A number of slots that is a power of two. */
const FEWEST = 64
const MOST = 1_024
const WORD = 0x1_0000

/** What a list says of one media without asking for its insights. */
export interface Counted {
  readonly id: string
  /** Absent when the owner hides likes. */
  readonly likes: number | undefined
  readonly comments: number | undefined
}

/**
 * Remembers the like and comment counts of any number of media in at most two kilobytes: a slot holds the sum of the fingerprints of
 * all media whose id falls into it. A changed count changes its slot; the media that share the slot are suspected with it. With as
 * many media as slots that is about one other media, with ten times as many about ten. A change goes unnoticed once in 65,536 times.
 */
export class CountTable {
  readonly #slots: Uint16Array

  private constructor(slots: Uint16Array) {
    this.#slots = slots
  }

  /** An empty table for about so many media; undefined takes the largest size. */
  static sized(media: number = MOST): CountTable {
    let size = FEWEST
    while (size < media && size < MOST) size *= 2
    return new CountTable(new Uint16Array(size))
  }

  /** A table as {@link text} wrote it; undefined when it is none. */
  static read(text: string): CountTable | undefined {
    const bytes = Buffer.from(text, 'base64')
    const size = bytes.length / 2
    if (size < FEWEST || size > MOST || !Number.isInteger(Math.log2(size))) return undefined
    return new CountTable(Uint16Array.from({ length: size }, (_, slot) => bytes.readUInt16LE(slot * 2)))
  }

  /** The same counts, apart from this table. */
  copy(): CountTable {
    return new CountTable(this.#slots.slice())
  }

  /** A table of the same size with these media in it. */
  likewise(media: Iterable<Counted>): CountTable {
    const table = new CountTable(new Uint16Array(this.#slots.length))
    for (const entry of media) table.add(entry)
    return table
  }

  add(media: Counted): void {
    const slot = this.#slotOf(media.id)
    this.#slots[slot] = ((this.#slots[slot] ?? 0) + fingerprint(media)) % WORD
  }

  /** True for media in slots that differ between two tables of one size. */
  suspects(other: CountTable): (id: string) => boolean {
    return (id) => this.#slots[this.#slotOf(id)] !== other.#slots[other.#slotOf(id)]
  }

  text(): string {
    const bytes = Buffer.alloc(this.#slots.length * 2)
    this.#slots.forEach((value, slot) => {
      bytes.writeUInt16LE(value, slot * 2)
    })
    return bytes.toString('base64')
  }

  #slotOf(id: string): number {
    return hash(id) % this.#slots.length
  }
}

/** Never 0, so that a media that is there differs from one that is not. */
function fingerprint({ id, likes, comments }: Counted): number {
  return (hash(`${id} ${likes ?? ''} ${comments ?? ''}`) % (WORD - 1)) + 1
}

/** FNV-1a with a final mix: neighbouring ids differ in the last digits only. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}
