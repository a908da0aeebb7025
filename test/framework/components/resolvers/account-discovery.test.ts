import nock from 'nock'
import { afterEach, describe, expect, it } from 'vitest'
import { type Account, Discovery } from '../../../../framework/components/resolvers/discovery.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

const host = 'https://api.example.com'
afterEach(() => {
  nock.cleanAll()
})

const list = (path: string) => ({
  type: 'SimpleRetriever',
  requester: { type: 'HttpRequester', url_base: host, path },
  record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
  paginator: {
    type: 'DefaultPaginator',
    pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}' },
    page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'after' },
  },
})

function build(fields: object, config: Readonly<Record<string, unknown>> = {}) {
  const context = testContext({ config })
  return { discovery: buildComponent(Discovery, { type: 'AccountDiscovery', ...fields }, context), observed: context.observed }
}

async function accountsOf(discovery: Discovery): Promise<Account[]> {
  const accounts: Account[] = []
  for await (const account of discovery.accounts()) accounts.push(account)
  return accounts
}
const idsOf = async (discovery: Discovery) => (await accountsOf(discovery)).map(({ id }) => id)
const serve = (path: string, ...ids: unknown[]) =>
  nock(host)
    .get(path)
    .reply(200, { data: ids.map((id) => ({ id })) })

describe('AccountDiscovery', () => {
  it('makes accounts of the records and hides their secrets first', async () => {
    nock(host)
      .get('/me/accounts')
      .reply(200, { data: [{ id: 12, name: 'Shop', access_token: 'sandbox-page-token', ig: { token: 'sandbox-ig-token' } }, { id: '13' }] })
    const { discovery, observed } = build({
      retriever: list('me/accounts'),
      secrets: ['access_token', 'ig.token'],
      partition_field: 'page_id',
    })
    const accounts = discovery.accounts()[Symbol.asyncIterator]()
    const first: unknown = (await accounts.next()).value
    expect(observed.secrets).toEqual(['sandbox-page-token', 'sandbox-ig-token'])
    expect(first).toMatchObject({ id: '12', name: 'Shop', fields: { access_token: 'sandbox-page-token' } })
    expect((await accounts.next()).value).toMatchObject({ id: '13', name: '13' })
    expect(discovery.partitionField).toBe('page_id')
  })

  it('reads id and name at paths', async () => {
    nock(host)
      .get('/pages')
      .reply(200, { data: [{ ig: { id: 'i1', username: 'ada' } }] })
    const { discovery } = build({ retriever: list('pages'), account_id: 'ig.id', account_name: 'ig.username' })
    expect(await accountsOf(discovery)).toMatchObject([{ id: 'i1', name: 'ada' }])
  })

  it('reads several lists in order and gives each account once', async () => {
    serve('/a', 1, 2)
    serve('/b', 2, 3)
    serve('/c', 3, 4)
    const fields = { retriever: list('a'), retrievers: [list('b')], optional_retrievers: [list('c')] }
    expect(await idsOf(build(fields).discovery)).toEqual(['1', '2', '3', '4'])
  })

  it('takes a refused optional list for a warning, and a refused list for an error', async () => {
    serve('/a', 1).persist()
    nock(host).persist().get('/b').reply(403, {})
    const { discovery, observed } = build({ retriever: list('a'), optional_retrievers: [list('b')] })
    expect(await idsOf(discovery)).toEqual(['1'])
    expect(observed.findings.map(({ severity, error }) => [severity, error.failureType])).toEqual([['warning', 'config_error']])
    await expect(idsOf(build({ retriever: list('a'), retrievers: [list('b')] }).discovery)).rejects.toMatchObject({
      failureType: 'config_error',
    })
  })

  it('does not take a failing server for a refusal', async () => {
    serve('/a', 1)
    nock(host).persist().get('/b').reply(404, {})
    const { discovery } = build({ retriever: list('a'), optional_retrievers: [list('b')] })
    await expect(idsOf(discovery)).rejects.toMatchObject({ failureType: 'system_error' })
  })

  it('keeps the accounts asked for and reads no page more than it needs', async () => {
    nock(host)
      .get('/a')
      .reply(200, { data: [{ id: 1 }, { id: 2 }, { id: 3 }], next: 'x' })
    const { discovery } = build({ retriever: list('a'), account_ids: '{{ config.ids }}' }, { ids: ['2', 3] })
    expect(await idsOf(discovery)).toEqual(['2', '3'])
  })

  it('reports accounts asked for that the token does not see', async () => {
    serve('/a', 1)
    const { discovery, observed } = build({ retriever: list('a'), account_ids: '{{ config.ids }}' }, { ids: ['1', '9'] })
    expect(await idsOf(discovery)).toEqual(['1'])
    const found = observed.findings.map(({ severity, error }) => [severity, error.code, error.context.account_id])
    expect(found).toEqual([['error', 'ERR_ACCOUNT_NOT_FOUND', '9']])
  })

  it.each([[undefined], [null], [''], [[]]])('keeps all accounts when %j is asked for', async (ids) => {
    serve('/a', 1, 2)
    expect(await idsOf(build({ retriever: list('a'), account_ids: '{{ config.ids }}' }, { ids }).discovery)).toEqual(['1', '2'])
  })

  it('says what a record holds that has no id', async () => {
    nock(host)
      .get('/a')
      .reply(200, { data: [{ page: 1, name: 'x' }] })
    await expect(idsOf(build({ retriever: list('a') }).discovery)).rejects.toThrow("has no 'id'; its fields are: page, name")
  })

  it('needs a list to read', () => {
    expect(() => build({})).toThrow("AccountDiscovery needs 'retriever' or 'retrievers'")
  })
})
