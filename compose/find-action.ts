import type { Action } from '../framework/components/actions/action.ts'
import { ConfigError, suggest } from '../framework/errors.ts'
import type { Connector } from '../framework/runtime/assembly/open-connector.ts'

/** The action of this name. Throws ConfigError ERR_ACTION_UNKNOWN. */
export function findAction({ actions, manifest }: Connector, name: string): Action {
  const found = actions.find((action) => action.name === name)
  if (found) return found
  const known = actions.map((action) => action.name)
  const advice = known.length === 0 ? 'it only reads' : suggest(name, known)
  throw new ConfigError('ERR_ACTION_UNKNOWN', `${manifest.name} has no action '${name}'; ${advice}`)
}
