import type { Response } from 'got'
import { ConnectorError } from '../../errors.ts'

/** Throws ERR_REDIRECT_REFUSED for a redirect. */
export function headersOf(
  { headers, statusCode }: { headers: Response['headers']; statusCode: number },
  { label, url }: { label: () => string; url: URL },
): Readonly<Record<string, string>> {
  const flat = flatHeaders(headers)
  const location = flat['location']
  if (location !== undefined && statusCode >= 300 && statusCode < 400) throw redirectRefused(label(), location, url)
  return flat
}

/** Node joins repeated headers itself, all but Set-Cookie. */
function flatHeaders(headers: Response['headers']): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return flat
}

/** Following would hand the credentials to whoever answered; the target is named without its query, which may hold some. */
function redirectRefused(label: string, location: string, from: URL): ConnectorError {
  const target = URL.canParse(location, from.href) ? new URL(location, from.href).origin : 'an invalid address'
  return new ConnectorError('ERR_REDIRECT_REFUSED', `${label}: redirected to ${target}; redirects are not followed`, {
    failureType: 'config_error',
  })
}
