import type { BuildContext } from '../../manifest/definition/component.ts'
import { datetimeOfEpochMs } from '../../template/python/datetime.ts'
import { valueAt } from '../values/field-path.ts'
import { momentOf } from './token-answer.ts'

export interface Token {
  readonly access: string
  /** Epoch milliseconds. */
  readonly expires: number
}

/** Where the tokens of a login are kept. */
export interface TokenStore {
  /** undefined before the first login. */
  read(): Token | undefined
  /** `refresh` is undefined when the provider sent no new one: the old one stays. */
  write(token: Token, refresh: string | undefined): void
}

/** Tokens that end with the run. */
export function memoryStore(initial: Token | undefined): TokenStore {
  let token = initial
  return {
    read: () => token,
    write: (next) => {
      token = next
    },
  }
}

export interface ConfigPaths {
  readonly access: readonly string[]
  readonly refresh: readonly string[]
  readonly expires: readonly string[]
}

/** Tokens in the config: the next run continues with them. An expiry that is missing or empty lies in the past. */
export function configStore(paths: ConfigPaths, { config, services }: Pick<BuildContext, 'config' | 'services'>): TokenStore {
  return {
    read: () => {
      const access = valueAt(config, paths.access)
      const expires = valueAt(config, paths.expires)
      if (typeof access !== 'string' || access === '' || expires === undefined || expires === null || expires === '') return undefined
      return { access, expires: momentOf(expires) }
    },
    write: ({ access, expires }, refresh) => {
      services.updateConfig([
        { path: paths.access, value: access },
        ...(refresh === undefined ? [] : [{ path: paths.refresh, value: refresh }]),
        { path: paths.expires, value: datetimeOfEpochMs(expires).isoformat() },
      ])
    },
  }
}
