import nock from 'nock'
import { afterEach, describe, expect, it } from 'vitest'
import { StateMigration } from '../../../../framework/components/read/state-migration.ts'
import { Stream } from '../../../../framework/components/read/stream.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/definition/build.ts'
import { defineComponent } from '../../../../framework/manifest/definition/component.ts'
import { loadManifest } from '../../../../framework/manifest/manifest.ts'
import { openConnector } from '../../../../framework/runtime/assembly/open-connector.ts'
import { Run } from '../../../../framework/runtime/ports/run.ts'
import { read } from '../../../../framework/runtime/read/read.ts'
import { createRunReporter } from '../../../../framework/runtime/read/run-reporter.ts'
import { testContext } from '../../build.ts'

const api = 'https://api.example.com'
const stream = (state_migrations?: readonly Node[]) => ({
  type: 'DeclarativeStream',
  name: 'orders',
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: api, path: 'orders', request_parameters: { since: '{{ stream_interval.start_time }}' } },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
  },
  incremental_sync: { type: 'DatetimeBasedCursor', cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01' },
  ...(state_migrations ? { state_migrations } : {}),
})

/** As a connector registers one of its own. */
const RenameCursor = defineComponent(StateMigration, {
  type: 'RenameCursor',
  summary: 'The cursor was called `date` once.',
  fields: {},
  examples: [],
  create: () => (state) => ('date' in state ? { at: state['date'] } : state),
})

afterEach(() => nock.cleanAll())

describe('state_migrations', () => {
  it('are applied in order', () => {
    const migrations = [{ type: 'RenameCursor' }, { type: 'LegacyToPerPartitionStateMigration' }]
    const built = buildComponent(Stream, stream(migrations), testContext({ components: [RenameCursor] }))
    expect(built.migrateState?.({ date: '2024-02-01' })).toEqual({ at: '2024-02-01' })
    expect(buildComponent(Stream, stream(), testContext()).migrateState).toBeUndefined()
  })

  it('decide where a read starts', async () => {
    nock(api).get('/orders').query({ since: '2024-02-01' }).reply(200, { data: [] })
    const { services } = testContext()
    const text = JSON.stringify({
      version: '6.0.0',
      type: 'DeclarativeSource',
      check: { type: 'CheckStream', stream_names: ['orders'] },
      streams: [stream([{ type: 'CustomStateMigration', class_name: 'RenameCursor' }])],
    })
    const manifest = loadManifest({ text, file: 'm.yaml' })
    const connector = openConnector({ manifest, config: {}, components: [RenameCursor], ...services })
    const run = new Run(services.clock, 'run')
    const report = createRunReporter(run, services.clock, { log: () => undefined })
    const options = { clock: services.clock, run, report, dialect: 'airbyte', state: { orders: { date: '2024-02-01' } } } as const
    const streams = await connector.streams()
    for await (const _ of read({ streams, gone: [], broken: [] }, { ...options, signal: new AbortController().signal })) {
      // Only what was asked for matters.
    }
    expect(nock.isDone()).toBe(true)
  })

  it('that are not registered break their stream, by name', () => {
    const node = stream([{ type: 'CustomStateMigration', class_name: 'source_x.Rename' }])
    expect(() => buildComponent(Stream, node, testContext())).toThrow("'source_x.Rename'")
  })
})
