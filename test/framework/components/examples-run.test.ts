import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { components } from '../../../framework/components/index.ts'
import { Retriever } from '../../../framework/components/read/retriever.ts'
import { Stream } from '../../../framework/components/read/stream.ts'
import { temporaryFolder } from '../../cli/run.ts'
import { manifestOf, readManifest } from '../read-manifest.ts'
import { serve } from './retrievers/scripted-server.ts'

/** Examples that are whole streams, and retrievers, which become streams of their own. */
const examples = components.flatMap(({ family, type, examples: own }) =>
  own.flatMap(({ title, manifest, config = {} }) => {
    if (family === Stream) return [{ type, title, config, stream: manifest }]
    if (family !== Retriever) return []
    const name = typeof manifest['name'] === 'string' ? manifest['name'] : 'example'
    const cursor = { type: 'DatetimeBasedCursor', cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2024-01-01' }
    return [{ type, title, config, stream: { type: 'DeclarativeStream', name, retriever: manifest, incremental_sync: cursor } }]
  }),
)

/** Answers every request with what an example may look for: two records, a job that is done, a file. */
function serveExamples() {
  const rows = [
    { id: '1', at: '2024-02-01', updated_at: '2024-02-01T00:00:00Z' },
    { id: '2', at: '2024-02-02', updated_at: '2024-02-02T00:00:00Z' },
  ]
  const body = { data: rows, id: 'job', status: 'done', files: [{ url: 'https://files.example.com/a.csv' }] }
  return serve(({ url }) => (url.endsWith('.csv') ? [200, 'id,at\n1,2024-02-01\n2,2024-02-02\n', {}] : [200, JSON.stringify(body), {}]))
}

describe('examples of streams and retrievers', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it.each(examples)('$type: "$title" reads two records', async ({ stream, config }) => {
    serveExamples()
    const { rows, summary } = await readManifest(manifestOf([stream]), { config, files: temporaryFolder() })
    expect(summary).toMatchObject({ status: 'complete', errors: [] })
    expect(
      Object.values(rows)
        .flat()
        .map(({ id }) => id),
    ).toEqual(['1', '2'])
  })
})
