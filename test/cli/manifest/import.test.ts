import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runConnector, temporaryFolder } from '../run.ts'

const manifest = `type: DeclarativeSource
version: 4.1.0
check: { type: CheckStream, stream_names: [a] }
streams:
  - type: DeclarativeStream
    name: a
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: https://api.test, path: a }
      record_selector: { type: RecordSelector, extractor: { type: CustomRecordExtractor, class_name: source_a.Reader } }
    schema_loader: { type: InlineSchemaLoader, schema: { type: object } }
spec: { type: Spec, connection_specification: { type: object } }
`

describe('connector import airbyte', () => {
  it('writes a manifest that is valid, and lists the classes that it needs', async () => {
    const folder = temporaryFolder()
    const [file, output] = [join(folder, 'source-a.yaml'), join(folder, 'a.rest.yaml')]
    writeFileSync(file, manifest)
    const imported = await runConnector(['import', 'airbyte', file, '--id', 'conn::a::b::c::d::rest', '--output', output])
    expect(imported).toMatchObject({ code: 0, stdout: '' })
    expect(imported.stderr).toContain('needs the code of CustomRecordExtractor source_a.Reader (--components) for: a')
    expect(readFileSync(output, 'utf8')).toContain('id: conn::a::b::c::d::rest')
    const validated = await runConnector(['validate', output])
    expect(validated.stdout).toContain(`${output}: valid`)
    expect(validated.code).toBe(0)
  })

  it('prints to stdout when no file is named, and fails for a file that is not there', async () => {
    const file = join(temporaryFolder(), 'source-a.yaml')
    writeFileSync(file, manifest)
    expect((await runConnector(['import', 'airbyte', file])).stdout).toMatch(/^manifest_version: 1\.0\ndialect: airbyte\n/)
    expect(await runConnector(['import', 'airbyte', `${file}.gone`])).toMatchObject({ code: 2, stdout: '' })
  })
})
