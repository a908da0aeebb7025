import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { airbyteFormat } from '../../../../destinations/airbyte-format.ts'
import { FileUploader } from '../../../../framework/components/read/file-uploader.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { attachFile, fileOf } from '../../../../framework/protocol/messages.ts'
import { temporaryFolder } from '../../../cli/run.ts'
import { testContext } from '../../build.ts'
import { manifestOf, readManifest } from '../../read-manifest.ts'
import { type Answer, serve } from '../retrievers/scripted-server.ts'

const api = 'https://api.test'
const uploader = {
  type: 'FileUploader',
  requester: { type: 'HttpRequester', url_base: '{{ download_target }}' },
  download_target_extractor: { field_path: ['url'] },
  filename_extractor: '{{ record.name }}',
}
const stream = {
  type: 'DeclarativeStream',
  name: 'articles',
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: api, path: 'articles' },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
  },
  file_uploader: uploader,
}
const rows = [
  { id: 1, name: '/docs/a.txt', url: `${api}/file/a` },
  { id: 2, name: 'b.bin', url: `${api}/file/b` },
]
const bytes = Buffer.from([0, 255, 10, 13])

function serveFiles(own?: (url: string) => Answer | undefined) {
  return serve(({ url }) => own?.(url) ?? (url.endsWith('/articles') ? [200, JSON.stringify(rows), {}] : [200, bytes, {}]))
}

const upload = (node: object, row: object, folder = temporaryFolder()) =>
  buildComponent(FileUploader, { ...uploader, ...node }, testContext()).upload({ ...row }, { folder, stream: 'articles', scope: {} })

describe('FileUploader', () => {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => nock.cleanAll())
  afterAll(() => nock.enableNetConnect())

  it('writes the file of each record below the name of its stream, before the record', async () => {
    serveFiles()
    const folder = temporaryFolder()
    const { rows: read, summary } = await readManifest(manifestOf([stream]), { files: folder })
    expect(summary.status).toBe('complete')
    const path = join(folder, 'articles/docs/a.txt')
    const reference = { staging_file_url: path, source_file_relative_path: 'articles/docs/a.txt', file_size_bytes: 4 }
    expect(read['articles']?.map((row) => fileOf(row))[0]).toEqual(reference)
    expect(readFileSync(path)).toEqual(bytes)
    expect(readdirSync(join(folder, 'articles')).sort()).toEqual(['b.bin', 'docs'])
  })

  it('needs a folder, and asks for nothing without one', async () => {
    const received = serveFiles()
    const { summary } = await readManifest(manifestOf([stream]))
    expect(summary.errors).toMatchObject([{ code: 'ERR_FILES_FOLDER', failure_type: 'config_error' }])
    expect(received).toEqual([])
  })

  it('puts the reference beside the data of the record', () => {
    const row = { id: 1 }
    attachFile(row, { staging_file_url: '/f/a', source_file_relative_path: 'a', file_size_bytes: 4 })
    const info = {
      name: 's',
      kind: 's',
      accountId: undefined,
      primaryKey: [],
      cursorField: undefined,
      schema: {},
      fileBased: true,
    } as const
    const line = airbyteFormat((text) => text).page({ type: 'page', stream: info, rows: [{ ...row }], emittedAt: 5 })
    expect(JSON.parse(String(line))).toEqual({
      type: 'RECORD',
      record: {
        stream: 's',
        data: { id: 1 },
        emitted_at: 5,
        file_reference: { staging_file_url: '/f/a', source_file_relative_path: 'a', file_size_bytes: 4 },
      },
    })
  })

  it('takes the content out of an answer, and a random name, on request', async () => {
    serveFiles((url) => (url.includes('/file/') ? [200, '{"data":{"text":"hello"}}', {}] : undefined))
    const reference = await upload({ file_extractor: { field_path: ['data', 'text'] }, filename_extractor: undefined }, rows[0] ?? {})
    expect(readFileSync(reference.staging_file_url, 'utf8')).toBe('hello')
    expect(reference.source_file_relative_path).toMatch(/^articles\/[0-9a-f-]{36}$/)
  })

  it.each([
    ['a record without an address', { name: 'a' }, 'ERR_FILE_TARGET'],
    ['a name that leads out of the folder', { name: '../../etc/passwd', url: `${api}/x` }, 'ERR_FILE_NAME'],
    ['a name that is a folder', { name: 'docs/', url: `${api}/x` }, 'ERR_FILE_NAME'],
  ])('refuses %s', async (_, row, code) => {
    serveFiles()
    await expect(upload({}, row)).rejects.toMatchObject({ code })
  })

  it('leaves nothing behind when the file cannot be had', async () => {
    serveFiles((url) => (url.includes('/file/') ? [404, '', {}] : undefined))
    const folder = temporaryFolder()
    await expect(upload({}, rows[1] ?? {}, folder)).rejects.toMatchObject({ message: expect.stringContaining('404') })
    expect(readdirSync(join(folder, 'articles'))).toEqual([])
  })
})
