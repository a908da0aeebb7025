import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadManifest } from '../../../framework/manifest/manifest.ts'
import { openConnector } from '../../../framework/runtime/assembly/open-connector.ts'
import { Run } from '../../../framework/runtime/ports/run.ts'
import { read } from '../../../framework/runtime/read/read.ts'
import { createRunReporter } from '../../../framework/runtime/read/run-reporter.ts'
import { testContext } from '../build.ts'

const stream = (name: string, more = '', requester = '') =>
  `{ type: DeclarativeStream, name: ${name}, retriever: { type: SimpleRetriever, requester: { type: HttpRequester, url_base: https://api.test, path: ${name} ${requester} }, record_selector: { extractor: { field_path: [] } } ${more} } }`
const parents = (...streams: string[]) =>
  `{ type: SubstreamPartitionRouter, parent_stream_configs: [${streams.map((parent) => `{ type: ParentStreamConfig, parent_key: id, partition_field: id, stream: ${parent} }`).join(', ')}] }`

interface Made {
  readonly name: string
  readonly retriever: { readonly requester: { readonly use_cache?: boolean }; readonly partition_router?: Router }
}
interface Router {
  readonly parent_stream_configs: readonly { readonly stream: Made }[]
}

function load(streams: readonly string[], rest = ''): readonly Made[] {
  const text = `type: DeclarativeSource\ncheck: { type: CheckStream, stream_names: [] }\nstreams:\n${streams.map((node) => `  - ${node}\n`).join('')}${rest}`
  return loadManifest({ file: 'm.yaml', text }).streams as readonly Made[]
}

const cached = (made: Made | undefined) => made?.retriever.requester.use_cache
const parentOf = (made: Made | undefined) => made?.retriever.partition_router?.parent_stream_configs[0]?.stream

describe('cacheParents', () => {
  it('caches a parent where it is a parent and where it is read itself, and no other stream', () => {
    const [posts, comments, other] = load([
      stream('posts'),
      stream('comments', `, partition_router: ${parents(stream('posts'))}`),
      stream('other'),
    ])
    expect([cached(posts), cached(parentOf(comments)), cached(comments), cached(other)]).toEqual([true, true, undefined, undefined])
  })

  it('reaches parents of parents and routers inside routers', () => {
    const inner = stream('comments', `, partition_router: ${parents(stream('posts'))}`)
    const grouping = `{ type: GroupingPartitionRouter, group_size: 2, underlying_partition_router: ${parents(inner)} }`
    const [votes] = load([stream('votes', `, partition_router: ${grouping}`)])
    const router = votes?.retriever.partition_router as unknown as { underlying_partition_router: Router }
    const comments = router.underlying_partition_router.parent_stream_configs[0]?.stream
    expect([cached(comments), cached(parentOf(comments)), cached(votes)]).toEqual([true, true, undefined])
  })

  it('leaves what says otherwise', () => {
    const [posts, comments] = load([
      stream('posts', '', ', use_cache: false'),
      stream('comments', `, partition_router: ${parents(stream('posts', '', ', use_cache: false'))}`),
    ])
    expect([cached(posts), cached(parentOf(comments))]).toEqual([false, false])
  })

  it('caches what resolvers ask', () => {
    const resolver = `{ type: HttpComponentsResolver, retriever: { requester: { url_base: https://api.test, path: kinds }, record_selector: { extractor: { field_path: [] } } }, components_mapping: [] }`
    const text = `type: DeclarativeSource\ndynamic_streams:\n  - { type: DynamicDeclarativeStream, stream_template: ${stream('t')}, components_resolver: ${resolver} }\n`
    const [dynamic] = loadManifest({ file: 'm.yaml', text }).dynamicStreams
    expect(dynamic).toMatchObject({ components_resolver: { retriever: { requester: { use_cache: true } } } })
  })
})

describe('a read of a parent and its children', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('asks for the parent once', async () => {
    const scope = nock('https://api.test')
    scope.get('/posts').reply(200, [{ id: 1 }, { id: 2 }])
    for (const kind of ['comments', 'likes']) for (const id of [1, 2]) scope.get(`/${kind}`).query({ post: id }).reply(200, [{ kind, id }])
    const router = parents(stream('posts')).replace(
      'partition_field: id',
      'partition_field: id, request_option: { inject_into: request_parameter, field_name: post }',
    )
    const names = ['posts', 'comments', 'likes']
    const streams = names.map((name) => stream(name, name === 'posts' ? '' : `, partition_router: ${router}`))
    const text = `type: DeclarativeSource\ncheck: { type: CheckStream, stream_names: [] }\nstreams:\n${streams.map((node) => `  - ${node}\n`).join('')}`
    const { services } = testContext()
    const manifest = loadManifest({ file: 'm.yaml', text })
    const schema_loader = { type: 'InlineSchemaLoader', schema: { type: 'object' } }
    for (const node of manifest.streams) Object.assign(node as object, { schema_loader })
    const connector = openConnector({ manifest, config: {}, ...services })
    const run = new Run(services.clock, 'test')
    const report = createRunReporter(run, services.clock, { log: () => undefined })
    const options = { clock: services.clock, run, report, dialect: 'airbyte' as const, state: {}, signal: new AbortController().signal }
    const match = { streams: await connector.streams(), gone: [] }
    for await (const _ of read(match, options));
    expect(run.streams.map(({ name, rows, outcome }) => [name, rows, outcome])).toEqual(names.map((name) => [name, 2, 'complete']))
    expect(nock.isDone()).toBe(true)
  })
})
