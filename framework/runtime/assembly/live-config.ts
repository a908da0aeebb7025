import { setAt } from '../../components/values/field-path.ts'
import type { Config, ConfigChange } from '../../manifest/definition/component.ts'

/** The config of a run, which may change during it. */
export interface LiveConfig {
  /** The same object for the whole run, changed in place, so that every template sees what is new. */
  readonly current: Config
  readonly update: (changes: readonly ConfigChange[]) => void
}

export interface LiveConfigOptions {
  /** The config with its references to secrets unresolved; `config` by default. */
  readonly given?: Config | undefined
  /** Told the whole given config, changes included. */
  readonly publish?: ((given: Config) => void) | undefined
}

/** Neither argument is changed: both are copied. */
export function openConfig(config: Config, { given = config, publish }: LiveConfigOptions): LiveConfig {
  const current = structuredClone(config) as Record<string, unknown>
  const kept = structuredClone(given) as Record<string, unknown>
  return {
    current,
    update: (changes) => {
      for (const { path, value } of changes) {
        setAt(current, path, value)
        setAt(kept, path, value)
      }
      publish?.(kept)
    },
  }
}
