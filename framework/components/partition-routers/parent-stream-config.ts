import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { type BoundTemplate, boolean, list, optional, slot, template, withDefault } from '../../manifest/definition/fields.ts'
import { isObject } from '../../protocol/json.ts'
import type { Row } from '../../protocol/messages.ts'
import { hasLiterals, literalAt } from '../../protocol/number-literals.ts'
import { toText } from '../../template/python/text.ts'
import { RequestOption } from '../read/request-option.ts'
import { Stream } from '../read/stream.ts'
import { valueAt } from '../values/field-path.ts'
import { ParentStream } from './parent-stream.ts'

export const ParentStreamConfig = defineComponent(ParentStream, {
  type: 'ParentStreamConfig',
  summary: 'Names a parent stream and the field of its records that divides the child.',
  fields: {
    stream: slot(Stream, { description: 'The parent.', default_type: 'DeclarativeStream' }),
    parent_key: template([], { description: 'Path of the field in the parent record, segments separated by `/`.' }),
    partition_field: template([], { description: 'Name of the value in `stream_slice`.' }),
    request_option: optional(slot(RequestOption, { description: 'Where a request carries the value.', default_type: 'RequestOption' })),
    incremental_dependency: withDefault(
      boolean({ description: 'Read the parent incrementally too; its state is kept inside the state of the child.' }),
      false,
    ),
    extra_fields: optional(
      list(list(template([], { description: 'A segment.' }), { description: 'A path.' }), {
        description: 'Further fields of the parent record for templates, as `stream_slice.extra_fields`.',
      }),
    ),
    lazy_read_pointer: optional(
      list(template([], { description: 'A segment.' }), {
        description:
          'Path of the first page of the child inside the parent record; it is not asked for again while the child has no state.',
      }),
    ),
  },
  examples: [
    {
      title: 'Comments of each post',
      manifest: {
        type: 'ParentStreamConfig',
        stream: {
          type: 'DeclarativeStream',
          name: 'posts',
          retriever: {
            type: 'SimpleRetriever',
            requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'posts' },
            record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
          },
        },
        parent_key: 'id',
        partition_field: 'post_id',
      },
    },
  ],
  create: ({ stream, parent_key, partition_field, request_option, incremental_dependency, extra_fields = [], lazy_read_pointer = [] }) => {
    const text = (source: BoundTemplate) => toText(source.evaluate({}))
    const key = text(parent_key).split('/')
    const extras = extra_fields.map((path) => path.map(text))
    const pointer = lazy_read_pointer.map(text)
    if (pointer.includes('*')) throw new ConfigError('ERR_MANIFEST_INVALID', "'lazy_read_pointer' is one path, without '*'")
    return {
      stream,
      field: text(partition_field),
      valueOf: (row) => valueAt(row, key),
      integerOf: (row) => (hasLiterals(row) ? integerAt(row, key) : undefined),
      extraOf: (row) => Object.fromEntries(extras.map((path) => [path.join('.'), valueAt(row, path) ?? null])),
      ...(pointer.length > 0 ? { firstPageOf: (row: Row) => valueAt(row, pointer) ?? [] } : {}),
      option: request_option,
      incremental: incremental_dependency,
    }
  },
})

function integerAt(row: Row, path: readonly string[]): bigint | undefined {
  const holder = valueAt(row, path.slice(0, -1))
  const value = valueAt(row, path)
  const isNoted = typeof value === 'string' && isObject(holder) && literalAt(holder, path.at(-1) ?? '', value) !== undefined
  return isNoted ? BigInt(value) : undefined
}
