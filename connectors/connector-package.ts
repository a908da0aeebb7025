import type { UsageReader } from '../framework/http/resolution.ts'
import type { Component } from '../framework/manifest/definition/component.ts'

/** A connector that comes with this package. Holds no code of the connector itself, so that a list of them loads at once. */
export interface ConnectorPackage {
  /** `conn::…`, as in the manifest. */
  readonly id: string
  /** The product part of the id: the short name on the command line. */
  readonly product: string
  readonly name: string
  /** Path of the manifest inside the package. */
  readonly manifest: string
  /** The README, and how `npm run generate` fills in what derives from code or data. */
  readonly readme?: { readonly file: string; fill(text: string): Promise<string> }
  /** Code that the manifest needs besides the language. */
  load(): Promise<ConnectorParts>
}

export interface ConnectorParts {
  readonly components: readonly Component[]
  /** Reads the provider's usage headers, for pacing. */
  readonly usage?: UsageReader
}
