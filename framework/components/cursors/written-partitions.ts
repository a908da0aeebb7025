import type { StreamState } from '../../protocol/messages.ts'
import { canonicalJson } from '../values/canonical-json.ts'

/**
 * Finds the partition that a state means although it was written with other types or without the parents: `"1"` is `1`, and a flat mapping
 * of all values (as the Singer SDK has it) is a partition with its `parent_slice`.
 */
export class WrittenPartitions {
  /** Keys of {@link canonicalJson} by the loose ones. */
  readonly #byText = new Map<string, string>()

  constructor(partitions: readonly StreamState[]) {
    // The first of several that mean the same counts.
    for (const partition of partitions.toReversed()) this.#byText.set(canonicalJson(texts(partition)), canonicalJson(partition))
  }

  /** The canonical key of the partition as it was written; undefined when none was. */
  find(values: StreamState): string | undefined {
    if (this.#byText.size === 0) return undefined
    const { parent_slice: parents, ...own } = values
    const candidates = [values, { ...flat(parents), ...own }, ...(isEmpty(parents) ? [own, { ...own, parent_slice: {} }] : [])]
    for (const candidate of candidates) {
      const written = this.#byText.get(canonicalJson(texts(candidate)))
      if (written !== undefined) return written
    }
    return undefined
  }
}

/** Numbers and booleans as texts, at any depth. */
function texts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(texts)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, texts(part)]))
  }
  return value === null || value === undefined ? value : String(value)
}

/** The values of parents and of theirs in one mapping. */
function flat(parents: unknown): StreamState {
  if (typeof parents !== 'object' || parents === null || Array.isArray(parents)) return {}
  const { parent_slice: further, ...own }: StreamState = { ...parents }
  return { ...flat(further), ...own }
}

const isEmpty = (parents: unknown): boolean => Object.keys(flat(parents)).length === 0
