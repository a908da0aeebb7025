import { isIP } from 'node:net'
import { bareHost, isInternalAddress } from '../../../framework/http/transport/addresses.ts'
import { type Finding, finding, shownUrl } from './finding.ts'

/** Names that only resolve on this machine or in a local network. */
const LOCAL_NAMES = /^(?:localhost|.*\.(?:localhost|local|internal|lan|home|test|invalid))$/i

/** Findings for the address of an image or video, without opening it. */
export function urlFindings(text: string, { path, localHosts }: { path: string; localHosts: boolean }): Finding[] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return [finding('url-form', { path, found: shownUrl(text) })]
  if (url.username !== '' || url.password !== '') return [finding('url-form', { path, found: 'credentials before the host' })]
  if (localHosts) return []
  return [
    ...(isPublicHost(url.hostname) ? [] : [finding('url-public', { path, found: `host ${url.hostname}` })]),
    ...(url.protocol === 'https:' ? [] : [finding('url-secure', { path, found: shownUrl(text) })]),
  ]
}

/** Whether the host of a URL can be one of the public internet. Names are judged by their form, not looked up. */
export function isPublicHost(hostname: string): boolean {
  const host = bareHost(hostname).replace(/\.$/, '')
  if (isIP(host) !== 0) return !isInternalAddress(host)
  return host.includes('.') && !LOCAL_NAMES.test(host)
}
