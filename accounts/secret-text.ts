import { readReference, resolveReference, type SecretStores } from '../framework/index.ts'

export interface SecretTextOptions {
  /** Stands in errors. */
  readonly what: string
  readonly stores: SecretStores
  readonly secret: (value: string) => void
}

/** A secret that was given as it is, or by a reference. From now on no output shows it. */
export async function secretText(given: string, { what, stores, secret }: SecretTextOptions): Promise<string> {
  const text = readReference(given, stores) ? await resolveReference(given, what, stores) : given
  secret(text)
  return text
}
