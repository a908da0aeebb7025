import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { defined } from '../../defined.ts'
import { ConnectorError } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import { describe } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { type BoundTemplate, optional, slot, template } from '../../manifest/definition/fields.ts'
import type { Row } from '../../protocol/messages.ts'
import { toText } from '../../template/python/text.ts'
import { attributes, type Scope } from '../../template/template.ts'
import { RecordExtractor } from '../read/extractor.ts'
import { type FileUpload, FileUploader } from '../read/file-uploader.ts'
import { Requester } from '../read/requester.ts'

export const HttpFileUploader = defineComponent(FileUploader, {
  type: 'FileUploader',
  summary: 'Downloads a file for each record into the folder that the user names (`--files`), below the name of the stream.',
  fields: {
    requester: {
      ...slot(Requester, { description: 'Downloads the file; its address is `download_target`.', default_type: 'HttpRequester' }),
      optional: false,
    },
    download_target_extractor: {
      ...slot(RecordExtractor, { description: 'Finds the address of the file in the record.', default_type: 'DpathExtractor' }),
      optional: false,
    },
    file_extractor: optional(
      slot(RecordExtractor, {
        description: 'Finds the content, a text, in a JSON answer; by default the answer is the file.',
        default_type: 'DpathExtractor',
      }),
    ),
    filename_extractor: optional(
      template(['record'], {
        description: 'The name of the file, with folders; a random one by default. The same name is the same file.',
        examples: ['{{ record.id }}/{{ record.file_name }}'],
      }),
    ),
  },
  examples: [
    {
      title: 'The attachment of each article',
      manifest: {
        type: 'FileUploader',
        requester: { type: 'HttpRequester', url_base: '{{ download_target }}' },
        download_target_extractor: { type: 'DpathExtractor', field_path: ['content_url'] },
        filename_extractor: '{{ record.id }}/{{ record.file_name }}',
      },
    },
  ],
  create: ({ requester, download_target_extractor, file_extractor, filename_extractor }) => ({
    async upload(row, options) {
      const target = targetOf(download_target_extractor, row)
      const base = resolve(options.folder)
      const path = placeOf(join(base, options.stream), nameOf(filename_extractor, row, options.scope))
      await mkdir(dirname(path), { recursive: true })
      const part = join(dirname(path), `.${randomUUID()}.part`)
      try {
        await fetchFile({ requester, content: file_extractor }, { target, part, ...options })
        await rename(part, path)
      } finally {
        await rm(part, { force: true })
      }
      const { size } = await stat(path)
      return { staging_file_url: path, source_file_relative_path: relative(base, path), file_size_bytes: size }
    },
  }),
})

interface Fetch extends FileUpload {
  readonly target: string
  readonly part: string
}

async function fetchFile(
  { requester, content }: { requester: Requester; content: RecordExtractor | undefined },
  { target, part, scope, stream, signal }: Fetch,
): Promise<void> {
  const { response } = await requester.send({
    scope: withTarget(scope, target),
    parts: {},
    stream,
    ...(content ? {} : { saveTo: part }),
    ...defined({ signal }),
  })
  if (response.status >= 400 || response.status === 0) {
    throw new ConnectorError('ERR_FILE_TARGET', `the file was answered with HTTP ${response.status}, which the manifest ignores`)
  }
  if (content) await writeFile(part, contentOf(content, response))
}

/** `download_target` as a root name and in `stream_slice.extra_fields`. */
function withTarget(scope: Scope, target: string): Scope {
  const slice = { [attributes]: { extra_fields: { download_target: target } } }
  return { ...scope, download_target: target, stream_slice: slice, stream_partition: slice, stream_interval: slice, next_page_token: null }
}

function targetOf(extractor: RecordExtractor, row: Row): string {
  const [target]: readonly unknown[] = extractor.extract(row)
  if (typeof target === 'string' && target !== '') return target
  throw new ConnectorError('ERR_FILE_TARGET', `expected the address of a file in the record, found ${describe(target)}`)
}

function nameOf(name: BoundTemplate | undefined, row: Row, scope: Scope): string {
  const text = name ? toText(name.evaluate({ ...scope, record: row })).replace(/^\/+/, '') : randomUUID()
  if (text === '' || text.endsWith('/')) throw new ConnectorError('ERR_FILE_NAME', `'${text}' is not a valid file name`)
  return text
}

/** Records come from outside: no name leads out of the stream's folder. */
function placeOf(folder: string, name: string): string {
  const path = resolve(folder, name)
  if (path.startsWith(`${folder}${sep}`) && !name.includes('\0')) return path
  throw new ConnectorError('ERR_FILE_NAME', `the name '${name}' of a file leads out of the folder of its stream`)
}

function contentOf(extractor: RecordExtractor, response: HttpResponse): string {
  const [content]: readonly unknown[] = extractor.extract(response.json())
  if (typeof content === 'string') return content
  throw new ConnectorError('ERR_FILE_TARGET', `expected the content of a file in the answer, found ${describe(content)}`)
}
