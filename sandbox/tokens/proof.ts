import { createHmac } from 'node:crypto'
import { GraphError } from '../errors.ts'

/** Hex HMAC-SHA256 of the very token that a call uses, keyed with the app secret. */
export function appSecretProof(secret: string, token: string): string {
  return createHmac('sha256', secret).update(token).digest('hex')
}

/** Refuses a call whose proof is missing or belongs to another token or app. */
export function checkProof(secret: string, token: string, proof: string | undefined): void {
  if (proof === undefined) {
    const message = 'API calls from the server require an appsecret_proof argument'
    throw new GraphError({ code: 100, type: 'GraphMethodException', message })
  }
  if (proof !== appSecretProof(secret, token)) {
    const message = 'Invalid appsecret_proof provided in the API argument'
    throw new GraphError({ code: 100, type: 'GraphMethodException', message })
  }
}
