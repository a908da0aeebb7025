import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metaComponents } from '../../../../connectors/meta/components.ts'
import { Retriever } from '../../../../framework/components/read/retriever.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { type Sandbox, startSandbox } from '../../../../sandbox/sandbox.ts'
import { testContext } from '../../../framework/build.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox({ now: '2026-11-20T12:00:00Z', pages: 4, instagram: { accounts: 3 } })
})
afterAll(() => sandbox.close())

const http = (path: string | undefined, fields: string, token: string) => ({
  type: 'HttpRequester',
  url_base: `${token.includes('instagram') ? sandbox.instagramUrl : sandbox.url}/v26.0`,
  ...(path === undefined ? {} : { path }),
  authenticator: { type: 'GraphAuthenticator', token },
  error_handler: { type: 'GraphErrorHandler' },
  request_parameters: { fields },
})
const list = (path: string, fields: string, token = 'sandbox-user-token') => ({
  type: 'SimpleRetriever',
  requester: http(path, fields, token),
  record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: path === 'me' ? [] : ['data'] } },
})

async function read(node: object): Promise<Row[]> {
  const context = testContext({ components: metaComponents })
  const retriever = buildComponent(Retriever, { type: 'InstagramAccountList', login: 'facebook', login_type: 'facebook', ...node }, context)
  const rows: Row[] = []
  for await (const partition of retriever.partitions({})) {
    const options = { stream: 'discovery', stages: { transformations: [], schema: async () => ({}) } }
    for await (const page of retriever.read({ partition, window: undefined }, options)) rows.push(...page.rows)
  }
  return rows
}

const account = 'instagram_business_account{id,username}'

describe('InstagramAccountList', () => {
  it('gives the accounts of Pages with the Page, and nothing for Pages without one', async () => {
    const rows = await read({ retriever: list('me/accounts', `id,name,${account}`) })
    expect(rows.map(({ id }) => id)).toEqual(sandbox.truth.accounts())
    const [first = ''] = sandbox.truth.accounts()
    const page = sandbox.instagram.pageOf(first) ?? ''
    expect(rows[0]).toEqual({
      id: first,
      username: sandbox.instagram.facts(first).username,
      page_id: page,
      page_name: sandbox.pages.facts(page).name,
    })
  })

  it('reads on where the Pages of a business do not fit into one list', async () => {
    const { ownedPages, clientPages } = sandbox.pages.business
    const expected = [...ownedPages, ...clientPages].map((page) => sandbox.instagram.accountOf(page))
    const token = 'sandbox-business-token'
    const pages = `limit(1){id,name,${account}}`
    sandbox.reset()
    const rows = await read({
      retriever: list('me/businesses', `id,owned_pages.${pages},client_pages.${pages}`, token),
      edges: ['owned_pages', 'client_pages'],
      more: http(undefined, `id,name,${account}`, token),
    })
    expect(ownedPages.length).toBeGreaterThan(1)
    expect(rows.map(({ id }) => id)).toEqual(expected)
    expect(sandbox.requests.length).toBeGreaterThan(1)
  })

  it('gives the account of an Instagram Login by the id that paths take', async () => {
    const rows = await read({
      login: 'instagram',
      login_type: 'instagram',
      retriever: list('me', 'user_id,username', 'sandbox-instagram-token'),
    })
    const [id = ''] = sandbox.truth.accounts()
    expect(rows).toEqual([{ id, username: sandbox.instagram.facts(id).username }])
  })

  it('is empty, without a call, for the other login', async () => {
    sandbox.reset()
    expect(await read({ login_type: 'instagram', retriever: list('me/accounts', 'id') })).toEqual([])
    expect(sandbox.requests).toEqual([])
  })
})
