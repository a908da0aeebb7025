import { readFileSync } from 'node:fs'
import { invalid, type Settings } from './settings.ts'

/** As `pg` takes it; false: not encrypted. */
export type Tls = false | TlsOptions

export interface TlsOptions {
  readonly rejectUnauthorized: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** Name in the certificate, where the connection goes to an address. */
  readonly servername?: string
  /** Without a look at the name in the certificate. */
  readonly checkServerIdentity?: () => undefined
}

const modes = ['disable', 'allow', 'prefer', 'require', 'no-verify', 'verify-ca', 'verify-full']

/** Ways to ask for TLS beside `sslmode`: `ssl` of drivers, `sslaccept` of Prisma. */
function modeOf(settings: Settings, host: string): string {
  const ssl = settings.get('ssl')
  const mode = settings.get('sslmode') ?? (ssl === 'false' || ssl === '0' ? 'disable' : ssl === 'no-verify' ? ssl : undefined)
  if (mode !== undefined && !modes.includes(mode)) throw invalid(`its sslmode '${mode}' is unknown; known: ${modes.join(', ')}`)
  const accept = settings.get('sslaccept')
  if (accept === 'accept_invalid_certs' && mode !== 'disable') return 'no-verify'
  if (accept === 'strict' && mode !== undefined && mode !== 'disable') return 'verify-full'
  return mode ?? (isLoopback(host) && ssl === undefined ? 'disable' : 'verify-full')
}

/**
 * How to encrypt. TLS as libpq has it, with one difference: without `sslmode` a connection that leaves this machine is `verify-full`.
 * `isOptional`: continues unencrypted where the server has no TLS.
 */
export function tlsOf(settings: Settings, host: string): { readonly tls: Tls; readonly isOptional: boolean } {
  const mode = modeOf(settings, host)
  // Sockets of this machine are never encrypted.
  if (mode === 'disable' || host.startsWith('/')) return { tls: false, isOptional: false }
  const root = settings.get('sslrootcert')
  const ca = root === undefined || root === 'system' ? undefined : readFile('sslrootcert', root)
  const verifies = mode.startsWith('verify') || (root !== undefined && mode !== 'no-verify')
  const [cert, key] = [settings.get('sslcert'), settings.get('sslkey')]
  const passphrase = settings.get('sslpassword')
  const tls: TlsOptions = {
    rejectUnauthorized: verifies,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert: readFile('sslcert', cert) }),
    ...(key === undefined ? {} : { key: readFile('sslkey', key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(settings.has('hostaddr') ? { servername: host } : {}),
    ...(verifies && mode !== 'verify-full' && root !== 'system' ? { checkServerIdentity: () => undefined } : {}),
  }
  return { tls, isOptional: mode === 'prefer' || mode === 'allow' }
}

function readFile(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw invalid(`its ${parameter} ${file} cannot be read`, cause)
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.') || host.startsWith('/')
