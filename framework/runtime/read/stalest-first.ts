import type { BoundStream } from '../assembly/bound-stream.ts'
import type { ConnectionState } from '../ports/state-registry.ts'

/**
 * Places of streams in the order of reading: accounts that were read longest ago come first, so that a budget that does not suffice
 * for all of them reaches each in turn. Streams of an account stay together and in their order, and so do streams without an account.
 */
export function stalestFirst(streams: readonly BoundStream[], state: ConnectionState): readonly number[] {
  const ages = new Map<string, number>()
  for (const { info, stream } of streams) {
    if (info.accountId === undefined || !stream.cursor) continue
    const known = state[info.name]
    const readAt = known ? (stream.cursor.readAt(known) ?? timeOf(known[stream.cursor.cursorField])) : Number.NEGATIVE_INFINITY
    // A stream that found nothing yet says nothing about its account.
    if (readAt === undefined) continue
    ages.set(info.accountId, Math.min(readAt, ages.get(info.accountId) ?? Number.POSITIVE_INFINITY))
  }
  const ageOf = ({ info }: BoundStream) => (info.accountId === undefined ? undefined : ages.get(info.accountId)) ?? Number.NEGATIVE_INFINITY
  const first = new Map<string, number>()
  for (const [place, { info }] of streams.entries()) {
    if (info.accountId !== undefined && !first.has(info.accountId)) first.set(info.accountId, place)
  }
  const groupOf = (place: number) => first.get(streams[place]?.info.accountId ?? '') ?? place
  return streams
    .map((bound, place) => ({ place, age: ageOf(bound), group: groupOf(place) }))
    .toSorted((one, other) => compare(one.age, other.age) || one.group - other.group || one.place - other.place)
    .map(({ place }) => place)
}

/** Infinite ages are equal, which their difference does not say. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
