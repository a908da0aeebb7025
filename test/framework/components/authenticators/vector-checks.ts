import { Authenticator } from '../../../../framework/components/authenticators/authenticator.ts'
import type { RequestParts } from '../../../../framework/components/read/requester.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const file = 'auth.json'

function parts(type: string, kind: keyof RequestParts) {
  return async ({ config, parameters, ...fields }: Input) => {
    const context = testContext({ dialect: 'airbyte', config: recordOf(config), parameters: recordOf(parameters) })
    const authenticator = buildComponent(Authenticator, { type, ...present(fields) }, context)
    return (await authenticator.parts({}))[kind] ?? {}
  }
}

/** Vectors of authenticators. */
export const checks: readonly Check[] = [
  { file, component: 'auth.ApiKeyAuthenticator.get_auth_header', run: parts('ApiKeyAuthenticator', 'headers') },
  { file, component: 'auth.ApiKeyAuthenticator.get_request_params', run: parts('ApiKeyAuthenticator', 'params') },
  { file, component: 'auth.ApiKeyAuthenticator.get_request_body_data', run: parts('ApiKeyAuthenticator', 'body_data') },
  { file, component: 'auth.ApiKeyAuthenticator.get_request_body_json', run: parts('ApiKeyAuthenticator', 'body_json') },
  { file, component: 'auth.BasicHttpAuthenticator', run: parts('BasicHttpAuthenticator', 'headers') },
  { file, component: 'auth.BearerAuthenticator', run: parts('BearerAuthenticator', 'headers') },
]
