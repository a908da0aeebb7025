import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Postbox {
  readonly url: string
  /** Method, path and key of every request. */
  readonly requests: readonly string[]
  readonly notes: { readonly key: string; readonly text: string }[]
  /** From now on the key opens nothing. */
  revoke(key: string): void
}

/** The fictional provider: one person with one box, whose key is changed by every renewal. As long as the test lives. */
export async function startPostbox(): Promise<Postbox> {
  const requests: string[] = []
  const keys = new Set(['pbx-first-key'])
  const notes = [
    { key: 'n1', text: 'buy stamps' },
    { key: 'n2', text: 'paint the box' },
  ]
  const answer = async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    const key = request.headers.authorization?.replace('Bearer ', '') ?? ''
    requests.push(`${request.method} ${request.url} ${key}`)
    if (!keys.has(key)) return [401, { reason: 'revoked' }]
    if (request.url === '/whoami') return [200, { boxes: [{ box: 'red-box', title: 'The red box' }] }]
    if (request.url === '/renew') {
      const renewed = `pbx-key-${keys.size + 1}-renewed`
      keys.add(renewed)
      return [200, { key: renewed, hours: 200 }]
    }
    if (request.method === 'GET') return [200, { notes }]
    const { text } = JSON.parse(await textOf(request))
    notes.push({ key: `n${notes.length + 1}`, text })
    return [200, { key: `n${notes.length}` }]
  }
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, notes, revoke: (key) => void keys.delete(key) }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
