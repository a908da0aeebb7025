import { isIP } from 'node:net'
import { bareHost, isInternalAddress } from '../../../framework/http/transport/addresses.ts'
import { type Diagnostic, diagnose, shownUrl } from './diagnostic.ts'

/** Names that only resolve on this machine or in a local network. */
const LOCAL_NAMES = /^(?:localhost|.*\.(?:localhost|local|internal|lan|home|test|invalid))$/i

/** Diagnostics for the address of an image or video, without opening it. */
export function urlDiagnostics(text: string, { path, localHosts }: { path: string; localHosts: boolean }): Diagnostic[] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return [diagnose('url-form', { path, found: shownUrl(text) })]
  if (url.username !== '' || url.password !== '') return [diagnose('url-form', { path, found: 'credentials before the host' })]
  if (localHosts) return []
  return [
    ...(isPublicHost(url.hostname) ? [] : [diagnose('url-public', { path, found: `host ${url.hostname}` })]),
    ...(url.protocol === 'https:' ? [] : [diagnose('url-secure', { path, found: shownUrl(text) })]),
  ]
}

/** Whether the host of a URL can be one of the public internet. Names are judged by their form, not looked up. */
export function isPublicHost(hostname: string): boolean {
  const host = bareHost(hostname).replace(/\.$/, '')
  if (isIP(host) !== 0) return !isInternalAddress(host)
  return host.includes('.') && !LOCAL_NAMES.test(host)
}
