import type { HttpClient } from './client.ts'
import type { CallRates } from './limits/call-rates.ts'

/** The same client, with every request counted by the call rates of a manifest. */
export function withCallRates(http: HttpClient, rates: CallRates): HttpClient {
  return { ...http, send: (prepare, handler, options) => http.send(prepare, handler, { ...options, rates }) }
}
