import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ask, pageOf, withSandbox } from './ask.ts'

describe('appsecret_proof', () => {
  const sandbox = withSandbox({ appSecret: 'sandbox-secret' })
  const proof = (token: string) => createHmac('sha256', 'sandbox-secret').update(token).digest('hex')

  it('is required', async () => {
    const answer = await ask(sandbox(), '/v25.0/me')
    expect(answer.json.error).toMatchObject({
      code: 100,
      type: 'GraphMethodException',
      message: 'API calls from the server require an appsecret_proof argument',
    })
  })

  it('belongs to the token of the call: the one of the user token does not fit a Page token', async () => {
    const { id, token } = pageOf(sandbox())
    const wrong = await ask(sandbox(), `/v25.0/${id}?appsecret_proof=${proof('sandbox-user-token')}`, { token })
    expect(wrong.json.error.message).toBe('Invalid appsecret_proof provided in the API argument')
    expect((await ask(sandbox(), `/v25.0/${id}?appsecret_proof=${proof(token)}`, { token })).status).toBe(200)
    expect((await ask(sandbox(), `/v25.0/me?appsecret_proof=${proof('sandbox-user-token')}`)).status).toBe(200)
  })
})
