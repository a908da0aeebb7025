import type { AccountToken } from '../framework/index.ts'

/** A token with its dates as one text, to be sealed as a whole. */
export function candidateText({ accessToken, createdAt, expiresAt }: AccountToken): string {
  return JSON.stringify({ accessToken, createdAt, expiresAt })
}

/** undefined for anything that is no candidate: then there is none. */
export function readCandidate(text: string): AccountToken | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Only a hand writes such a text; a candidate that is lost costs one call.
    return undefined
  }
  const { accessToken, createdAt, expiresAt } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof accessToken !== 'string' || accessToken === '') return undefined
  const date = (given: unknown) => (typeof given === 'string' ? given : undefined)
  return { accessToken, createdAt: date(createdAt), expiresAt: date(expiresAt) }
}
