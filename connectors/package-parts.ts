import type { JsonObject } from '../framework/index.ts'

/** What is wrong with an input of an action, reported before any call is made. */
export interface InputDiagnostic {
  /** Name of the rule. */
  readonly rule: string
  /** An `error` is refused by the API; a `warning` is done, but differently from what was asked, or at a risk. */
  readonly severity: 'error' | 'warning'
  /** Where in the input, for example `children[2].image_url`; empty for the input as a whole. */
  readonly path: string
  /** The value that breaks the rule, never a secret. */
  readonly found: string
  /** What to do about it. */
  readonly fix: string
}

export interface ValidateOptions {
  /** `written`: only what is written is judged. `media`: files and URLs that the input names are read as well. */
  readonly depth: 'written' | 'media'
  /** `local`: media on this machine, in a private network and by http are fine, as with a sandbox. */
  readonly media: 'public' | 'local'
  readonly signal?: AbortSignal | undefined
}

export interface InputVerdict {
  /** No diagnostic is an error. */
  readonly valid: boolean
  readonly findings: readonly InputDiagnostic[]
  /** What was learned of the media, as it is printed: `path` and what is known of the file. */
  readonly media: readonly JsonObject[]
}

/** One metric of a provider's catalogue. Further members are printed as they are. */
export interface MetricEntry {
  /** What it belongs to, one of {@link MetricList.objects}. */
  readonly object: string
  readonly metric: string
  readonly status: string
  /** First version of the API that has it. */
  readonly since_version?: string
  /** First day on which it is refused, `YYYY-MM-DD`. */
  readonly removed_on?: string
  readonly replacement?: string
  readonly replacement_note?: string
  readonly periods?: readonly string[]
  readonly breakdowns?: readonly string[]
}

/** The metrics of a provider. */
export interface MetricList {
  readonly objects: readonly string[]
  /** Versions of the API that the list was written for, oldest first. */
  readonly versions: readonly string[]
  readonly metrics: readonly MetricEntry[]
  /** Does the API answer the metric on this day (`YYYY-MM-DD`)? */
  isOffered(entry: MetricEntry, day: string): boolean
}
