import type { Sandbox } from '../../../sandbox/sandbox.ts'
import { type Answer, ask } from '../ask.ts'
import { accountOf } from '../instagram/reading.ts'

/** A host with a token that may publish on the first account. */
export interface Side {
  readonly url: string
  readonly token: string
}

export function facebook(sandbox: Sandbox, token = 'sandbox-user-token'): Side {
  return { url: sandbox.url, token }
}

export function instagram(sandbox: Sandbox, token = 'sandbox-instagram-token'): Side {
  return { url: sandbox.instagramUrl, token }
}

/** One call below `/v25.0`, with the fields as a JSON body when there are any. */
export function call(sandbox: Sandbox, method: string, path: string, { side, body }: { side?: Side; body?: object } = {}): Promise<Answer> {
  const { url, token } = side ?? facebook(sandbox)
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return ask(sandbox, `${url}/v25.0${path}`, { method, token, ...json })
}

/** `POST /{account}/media` on the first account. */
export function create(sandbox: Sandbox, body: object, side?: Side): Promise<Answer> {
  return call(sandbox, 'POST', `/${accountOf(sandbox)}/media`, { body, ...(side ? { side } : {}) })
}

export function publish(sandbox: Sandbox, container: string, side?: Side): Promise<Answer> {
  return call(sandbox, 'POST', `/${accountOf(sandbox)}/media_publish`, { body: { creation_id: container }, ...(side ? { side } : {}) })
}

/** `status_code` of a container. */
export async function statusOf(sandbox: Sandbox, container: string): Promise<string> {
  return (await call(sandbox, 'GET', `/${container}?fields=status_code,status`)).json.status_code
}

/** An image that is ready to be published; gives the id of its container. */
export async function readyImage(sandbox: Sandbox, body: object = {}): Promise<string> {
  const { json } = await create(sandbox, { image_url: sandbox.sample('photo.jpg'), ...body })
  sandbox.clock.advance(5_000)
  return json.id
}
