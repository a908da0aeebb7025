import { BlockList, isIP } from 'node:net'

/** Ranges that no public API lives in: the machine itself, private networks, link-local (cloud metadata), and the like. */
const internal = new BlockList()
const loopback = new BlockList()

for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  internal.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  internal.addSubnet(network, prefix, 'ipv6')
}
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether an IP literal belongs to a non-public range. IPv4-mapped IPv6 is judged as the IPv4 address it stands for. */
export function isInternalAddress(address: string): boolean {
  return isIn(internal, address)
}

export function isLoopbackAddress(address: string): boolean {
  return isIn(loopback, address)
}

function isIn(ranges: BlockList, address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  return ranges.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** The host of a URL without the brackets of IPv6. */
export function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

/** `localhost` and loopback literals: the one place where plain http is no risk. */
export function isLoopbackHost(hostname: string): boolean {
  const host = bareHost(hostname)
  return host === 'localhost' || host.endsWith('.localhost') || isLoopbackAddress(host)
}
