import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { metaComponents } from '../../../../connectors/meta/components.ts'
import { Authenticator } from '../../../../framework/components/authenticators/authenticator.ts'
import { AuthenticationError } from '../../../../framework/errors.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../../framework/build.ts'

const build = (config: object) => {
  const context = testContext({ components: metaComponents, config: { ...config }, roots: ['account'] })
  const node = { type: 'GraphAuthenticator', token: "{{ account['access_token'] }}", app_secret: "{{ config['app_secret'] }}" }
  return { context, authenticator: buildComponent(Authenticator, node, context) }
}

describe('GraphAuthenticator', () => {
  it('sends the token of the account in a header only', async () => {
    const { authenticator } = build({})
    expect(await authenticator.parts({ account: { access_token: 'page-token-1' } })).toEqual({
      headers: { Authorization: 'Bearer page-token-1' },
    })
  })

  it('makes the proof from the token of the call', async () => {
    const { authenticator } = build({ app_secret: 'secret-1' })
    const proof = (token: string) => createHmac('sha256', 'secret-1').update(token).digest('hex')
    for (const token of ['page-token-1', 'page-token-2']) {
      expect((await authenticator.parts({ account: { access_token: token } })).params).toEqual({ appsecret_proof: proof(token) })
    }
  })

  it('registers token, secret and proof', async () => {
    const { authenticator, context } = build({ app_secret: 'secret-1' })
    const { params } = await authenticator.parts({ account: { access_token: 'page-token-1' } })
    expect(context.observed.secrets).toEqual(['page-token-1', 'secret-1', params?.['appsecret_proof']])
  })

  it.each([[{}], [{ access_token: '' }], [{ access_token: null }]])('throws when the account is %j', (account) => {
    const { authenticator } = build({})
    expect(() => authenticator.parts({ account })).toThrow(AuthenticationError)
  })
})
