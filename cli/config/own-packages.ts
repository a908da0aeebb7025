import type { ConnectorPackage } from '../../connectors/index.ts'
import { ConfigError } from '../../framework/errors.ts'
import { type Invocation, text } from '../command.ts'
import { loadModule } from './own-components.ts'

/**
 * What the module of `--packages` (or CONNECTOR_PACKAGES) exports as `packages`: connectors besides those that come with this package. Its
 * code runs with all rights of this process. Throws ConfigError when there is no such module or export.
 */
export async function ownPackages({ options, io }: Pick<Invocation, 'options' | 'io'>): Promise<readonly ConnectorPackage[]> {
  const file = text(options, 'packages') ?? io.env['CONNECTOR_PACKAGES']
  if (file === undefined || file === '') return []
  const { packages } = await loadModule(file, { what: 'packages', code: 'ERR_PACKAGES_UNREADABLE' })
  if (!Array.isArray(packages)) {
    throw new ConfigError('ERR_PACKAGES_INVALID', `${file} must export 'packages', a list of connector packages`)
  }
  const wrong = packages.findIndex((entry) => !isPackage(entry))
  if (wrong < 0) return packages
  throw new ConfigError(
    'ERR_PACKAGES_INVALID',
    `entry ${wrong} of the 'packages' of ${file} must have id, product, name, manifest and load`,
  )
}

function isPackage(value: unknown): value is ConnectorPackage {
  if (typeof value !== 'object' || value === null) return false
  const { id, product, name, manifest, load } = value as Partial<ConnectorPackage>
  return [id, product, name, manifest].every((text) => typeof text === 'string' && text !== '') && typeof load === 'function'
}
