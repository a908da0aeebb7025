import { type ConnectorSource, findConnector } from '../../compose/connector-source.ts'
import { allPackages } from '../../compose/packages.ts'
import type { ConnectorPackage } from '../../connectors/index.ts'
import type { Invocation } from '../command.ts'
import { ownPackages } from './own-packages.ts'

/** The connectors that come with this package, and those of `--packages`. */
export async function installedPackages(invocation: Pick<Invocation, 'options' | 'io'>): Promise<readonly ConnectorPackage[]> {
  return allPackages(await ownPackages(invocation))
}

/** The connector that a name means; see {@link findConnector}. */
export async function installedConnector(
  invocation: Pick<Invocation, 'options' | 'io'>,
  name: string | undefined,
): Promise<ConnectorSource> {
  return findConnector(name, invocation.io.env, await installedPackages(invocation))
}
