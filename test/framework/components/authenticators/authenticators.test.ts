import { describe, expect, it } from 'vitest'
import { Authenticator } from '../../../../framework/components/authenticators/authenticator.ts'
import { AuthenticationError } from '../../../../framework/errors.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

const config = { token: 'sandbox-user-token', user: 'ada', password: 'sandbox-password' }

function build(node: object, roots: readonly string[] = []) {
  const context = testContext({ config, roots })
  return { authenticator: buildComponent(Authenticator, node, context), context }
}

describe('authenticators', () => {
  it.each([
    [{ type: 'NoAuth' }, {}, []],
    [
      { type: 'BearerAuthenticator', api_token: '{{ config.token }}' },
      { headers: { Authorization: 'Bearer sandbox-user-token' } },
      ['sandbox-user-token'],
    ],
    [
      { type: 'ApiKeyAuthenticator', api_token: '{{ config.token }}', header: 'X-Key' },
      { headers: { 'X-Key': 'sandbox-user-token' } },
      ['sandbox-user-token'],
    ],
    [
      {
        type: 'ApiKeyAuthenticator',
        api_token: '{{ config.token }}',
        inject_into: { inject_into: 'request_parameter', field_name: 'key' },
      },
      { params: { key: 'sandbox-user-token' } },
      ['sandbox-user-token'],
    ],
    [
      { type: 'BasicHttpAuthenticator', username: '{{ config.user }}', password: '{{ config.password }}' },
      { headers: { Authorization: 'Basic YWRhOnNhbmRib3gtcGFzc3dvcmQ=' } },
      ['sandbox-password', 'YWRhOnNhbmRib3gtcGFzc3dvcmQ='],
    ],
    [
      { type: 'BasicHttpAuthenticator', username: '{{ config.token }}' },
      { headers: { Authorization: 'Basic c2FuZGJveC11c2VyLXRva2VuOg==' } },
      ['sandbox-user-token', 'c2FuZGJveC11c2VyLXRva2VuOg=='],
    ],
  ])('%o', async (node, parts, secrets) => {
    const { authenticator, context } = build(node)
    expect(await authenticator.parts({})).toEqual(parts)
    expect(context.observed.secrets).toEqual(secrets)
  })

  it('takes the token of the account that is read', async () => {
    const { authenticator } = build({ type: 'BearerAuthenticator', api_token: '{{ account.access_token }}' }, ['account'])
    expect(await authenticator.parts({ account: { access_token: 'sandbox-page-token' } })).toEqual({
      headers: { Authorization: 'Bearer sandbox-page-token' },
    })
  })

  it.each([
    [{ type: 'BearerAuthenticator', api_token: '{{ config.nothing }}' }],
    [{ type: 'ApiKeyAuthenticator', api_token: '', header: 'X-Key' }],
  ])('refuses to send an empty credential: %o', async (node) => {
    const { authenticator } = build(node)
    await expect(async () => authenticator.parts({})).rejects.toThrow(AuthenticationError)
  })

  it.each([
    [{ type: 'ApiKeyAuthenticator', header: 'X-Key' }, "needs 'api_token'"],
    [{ type: 'ApiKeyAuthenticator', api_token: 'k' }, "either 'inject_into' or 'header'"],
    [{ type: 'BearerAuthenticator' }, "needs 'api_token'"],
  ])('refuses %o', (node, message) => {
    expect(() => build(node)).toThrow(message)
  })
})
