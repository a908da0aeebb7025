import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { ConnectorError } from '../../errors.ts'
import type { Origins } from './origin.ts'

/** Resolves names as `resolve` does and refuses those that lead to internal addresses, as a name rebound by an attacker would. */
export function guardedLookup(origins: Origins, resolve: LookupFunction = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, options, (error, address, family) => {
      if (error) return callback(error, address, family)
      const found = typeof address === 'string' ? [address] : address.map((entry) => entry.address)
      const internal = found.find((entry) => !origins.allowsAddress(hostname, entry))
      if (internal === undefined) return callback(null, address, family)
      const message = `${hostname} resolves to the internal address ${internal}; it is refused`
      return callback(new ConnectorError('ERR_ADDRESS_REFUSED', message, { failureType: 'config_error' }), address, family)
    })
  }
}
