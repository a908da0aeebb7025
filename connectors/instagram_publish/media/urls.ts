import { isIP } from 'node:net'
import { type Finding, finding, shownUrl } from './finding.ts'

/** Hosts that the API's crawler can't reach: this machine, private and link-local networks, names without a dot. */
const PRIVATE_NAMES = /^(?:localhost|.*\.(?:localhost|local|internal|lan|home|test|invalid))$/i
const PRIVATE_IPV4 =
  /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^(?:22[4-9]|2[3-5]\d)\./

/** Findings for the address of a picture or film, without opening it. */
export function urlFindings(text: string, { path, localHosts }: { path: string; localHosts: boolean }): Finding[] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return [finding('url-form', { path, found: shownUrl(text) })]
  if (localHosts) return []
  return [
    ...(isPublicHost(url.hostname) ? [] : [finding('url-public', { path, found: `host ${url.hostname}` })]),
    ...(url.protocol === 'https:' ? [] : [finding('url-secure', { path, found: shownUrl(text) })]),
  ]
}

/** Whether a host of a URL (IPv6 in brackets) can be one of the public internet. Names are judged by their form, not looked up. */
export function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) === 4) return !PRIVATE_IPV4.test(host)
  if (isIP(host) === 6) return isPublicIpv6(host.toLowerCase())
  return host.includes('.') && !PRIVATE_NAMES.test(host.replace(/\.$/, ''))
}

/** Global unicast only (2000::/3), and not an IPv4 address in disguise. */
function isPublicIpv6(address: string): boolean {
  return /^[23][0-9a-f]{3}:/.test(address) && !address.startsWith('2002:')
}
