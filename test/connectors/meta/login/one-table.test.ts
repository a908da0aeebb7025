import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { errorRules } from '../../../../connectors/meta/graph/error-table.ts'
import { classify, graphError } from '../../../../connectors/meta/graph/errors.ts'
import { interpretGraph } from '../../../../connectors/meta/graph/graph-error-handler.ts'
import { graphCall } from '../../../../connectors/meta/login/token-call.ts'
import { createHttpClient, createRedactor } from '../../../../framework/index.ts'
import { silentReporter } from '../../../../framework/report.ts'
import { fakeClock } from '../../../conformance/fake-clock.ts'
import { responseOf } from '../../../framework/components/check-vectors.ts'

/** Every code and subcode that the API is known to answer with, and the one code of ours. */
const pairs: readonly (readonly [code: number, subcode: number | undefined, error: string])[] = [
  [1, undefined, 'ERR_PROVIDER_UNKNOWN'],
  [1, 99, 'ERR_PROVIDER_UNKNOWN'],
  [1, 2207057, 'ERR_PROVIDER_UNKNOWN'],
  [2, undefined, 'ERR_PROVIDER_DOWN'],
  [3, undefined, 'ERR_CAPABILITY'],
  [4, undefined, 'ERR_RATE_LIMITED'],
  [4, 2207051, 'ERR_BLOCKED_AS_SPAM'],
  [9, 2207042, 'ERR_PUBLISH_QUOTA'],
  [10, undefined, 'ERR_PERMISSION'],
  [10, 1893063, 'ERR_PERMISSION'],
  [12, undefined, 'ERR_CALL_DEPRECATED'],
  [17, undefined, 'ERR_RATE_LIMITED'],
  [17, 2446079, 'ERR_RATE_LIMITED'],
  [18, 2207034, 'ERR_HASHTAG_QUOTA'],
  [24, 2207006, 'ERR_NOT_FOUND'],
  [24, 2207008, 'ERR_CONTAINER_NOT_READY'],
  [24, 2207024, 'ERR_NOT_FOUND'],
  [25, 2207050, 'ERR_ACCOUNT_RESTRICTED'],
  [32, undefined, 'ERR_RATE_LIMITED'],
  [100, undefined, 'ERR_PARAMETER'],
  [100, 33, 'ERR_NOT_FOUND'],
  [100, 1504016, 'ERR_WINDOW_TOO_WIDE'],
  [100, 2108006, 'ERR_MEDIA_BEFORE_CONVERSION'],
  [100, 2207004, 'ERR_PARAMETER'],
  [100, 2207023, 'ERR_PARAMETER'],
  [100, 2207028, 'ERR_PARAMETER'],
  [100, 2207035, 'ERR_PARAMETER'],
  [100, 2207036, 'ERR_PARAMETER'],
  [100, 2207037, 'ERR_PARAMETER'],
  [100, 2207040, 'ERR_PARAMETER'],
  [101, undefined, 'ERR_APP_CREDENTIALS'],
  [102, undefined, 'ERR_TOKEN_INVALID'],
  [102, 459, 'ERR_USER_CHECKPOINTED'],
  [102, 463, 'ERR_TOKEN_EXPIRED'],
  [104, undefined, 'ERR_APP_CREDENTIALS'],
  [110, 2207013, 'ERR_NOT_FOUND'],
  [190, undefined, 'ERR_TOKEN_INVALID'],
  [190, 458, 'ERR_APP_REMOVED'],
  [190, 459, 'ERR_USER_CHECKPOINTED'],
  [190, 460, 'ERR_PASSWORD_CHANGED'],
  [190, 463, 'ERR_TOKEN_EXPIRED'],
  [190, 464, 'ERR_USER_UNCONFIRMED'],
  [190, 467, 'ERR_TOKEN_INVALID'],
  [190, 492, 'ERR_PAGE_ROLE_LOST'],
  [200, undefined, 'ERR_PERMISSION'],
  [210, undefined, 'ERR_TOKEN_KIND'],
  [275, undefined, 'ERR_PERMISSION'],
  [299, undefined, 'ERR_PERMISSION'],
  [341, undefined, 'ERR_RATE_LIMITED'],
  [352, 2207026, 'ERR_MEDIA_REFUSED'],
  [368, undefined, 'ERR_BLOCKED'],
  [506, undefined, 'ERR_DUPLICATE_POST'],
  [613, undefined, 'ERR_RATE_LIMITED'],
  [613, 1996, 'ERR_RATE_LIMITED'],
  [803, undefined, 'ERR_NOT_FOUND'],
  [2500, undefined, 'ERR_PATH_UNKNOWN'],
  [3001, 1504028, 'ERR_PARAMETER'],
  [9004, 2207052, 'ERR_MEDIA_UNREACHABLE'],
  [9007, 2207027, 'ERR_CONTAINER_NOT_READY'],
  [36000, 2207004, 'ERR_MEDIA_REFUSED'],
  [36001, 2207005, 'ERR_MEDIA_REFUSED'],
  [36003, 2207009, 'ERR_MEDIA_REFUSED'],
  [36004, 2207010, 'ERR_MEDIA_REFUSED'],
  [-1, undefined, 'ERR_MEDIA_REFUSED'],
  [-1, 2207001, 'ERR_PROVIDER_UNKNOWN'],
  [-1, 2207032, 'ERR_MEDIA_REFUSED'],
  [-1, 2207053, 'ERR_MEDIA_REFUSED'],
  [-1, 2207073, 'ERR_MEDIA_REFUSED'],
  [-2, 2207003, 'ERR_MEDIA_TIMEOUT'],
  [-2, 2207020, 'ERR_CONTAINER_EXPIRED'],
  [1609005, undefined, 'ERR_MEDIA_UNREACHABLE'],
  ...[80_000, 80_001, 80_002, 80_003, 80_004, 80_005, 80_006, 80_008, 80_009, 80_014].flatMap(
    (code) =>
      [
        [code, undefined, 'ERR_RATE_LIMITED'],
        [code, 2446079, 'ERR_RATE_LIMITED'],
      ] as const,
  ),
]

const bodyOf = (code: number, subcode: number | undefined) => ({
  error: { message: 'something', type: 'OAuthException', code, ...(subcode === undefined ? {} : { error_subcode: subcode }) },
})

/** A host that answers everything with this body. */
async function hostOf(body: unknown): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('errors of the Graph API', () => {
  it.each(pairs)('%s/%s is %s, whether a read or the work on a token meets it', async (code, subcode, expected) => {
    const body = bodyOf(code, subcode)
    const found = graphError(body)
    expect(found && classify(found).error).toBe(expected)
    const response = responseOf({ status: 400, json: body })
    expect(interpretGraph({ response }, { method: 'GET', url: 'https://graph.facebook.com/me', headers: {} }).error?.code).toBe(expected)
    const clock = fakeClock()
    const http = createHttpClient({ clock, report: silentReporter, redactor: createRedactor() })
    onTestFinished(() => http.close())
    const hosts = { facebook: await hostOf(body) }
    const refused = graphCall({ http, clock, hosts }, { method: 'GET', host: 'facebook', path: '/me', token: 'sandbox-token' })
    await expect(refused).rejects.toMatchObject({ code: expected })
  })

  it('have a pair of the table for every rule that is not about a text', () => {
    const covered = (low: number, high: number, subcode: number | undefined) =>
      pairs.some(([code, sub]) => code >= low && code <= high && (subcode === undefined || sub === subcode))
    const missing = errorRules
      .filter(({ text }) => text === undefined)
      .filter(({ code, subcode }) => !(typeof code === 'number' ? covered(code, code, subcode) : covered(code[0], code[1], subcode)))
    expect(missing.filter(({ code }) => code !== 102).map(({ code, subcode }) => [code, subcode])).toEqual([])
  })
})
