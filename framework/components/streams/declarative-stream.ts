import { ConfigError } from '../../errors.ts'
import { describe } from '../../manifest/definition/build.ts'
import { defineComponent, type Field } from '../../manifest/definition/component.ts'
import { list, listOrOne, optional, slot, string } from '../../manifest/definition/fields.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import { Cursor } from '../read/cursor.ts'
import { FileUploader } from '../read/file-uploader.ts'
import { Retriever } from '../read/retriever.ts'
import { StateMigration } from '../read/state-migration.ts'
import { Stream } from '../read/stream.ts'
import { Transformation } from '../read/transformation.ts'
import { defaultSchema } from '../schema-loaders/schema-file.ts'
import { SchemaLoader } from '../schema-loaders/schema-loader.ts'

type KeyPaths = readonly (readonly string[])[]

/** `id`, `[id, date]` or `[[meta, id], [date]]`: all become key paths. */
const primaryKey: Field<KeyPaths> = {
  schema: {
    anyOf: [
      { type: 'string' },
      { type: 'array', items: { type: 'string' } },
      { type: 'array', items: { type: 'array', items: { type: 'string' } } },
    ],
    description: 'The key of a record: a field, several fields, or paths of fields. Empty when the source declares none.',
  },
  optional: true,
  build: (node) => {
    if (node === undefined || node === '') return []
    const keys: readonly unknown[] = Array.isArray(node) ? node : [node]
    return keys.map((key) => {
      const path: readonly unknown[] = Array.isArray(key) ? key : [key]
      if (path.every((part) => typeof part === 'string')) return path
      throw new ConfigError('ERR_MANIFEST_INVALID', `a primary key is made of field names, found ${describe(key)}`)
    })
  },
}

export const DeclarativeStream = defineComponent(Stream, {
  type: 'DeclarativeStream',
  summary: 'A stream: how its records are read, what identifies them, and what they look like.',
  fields: {
    name: optional(string({ description: 'The name of the stream.' })),
    primary_key: primaryKey,
    retriever: slot(Retriever, { description: 'Reads the records.', default_type: 'SimpleRetriever' }),
    incremental_sync: optional(slot(Cursor, { description: 'Reads only what is new.' })),
    schema_loader: optional(
      listOrOne(slot(SchemaLoader, { description: 'Finds the schema.' }), {
        description: 'Finds the schema; of several the first that knows a property decides.',
      }),
    ),
    transformations: optional(
      list(slot(Transformation, { description: 'A transformation.' }), { description: 'Change the records, in order.' }),
    ),
    state_migrations: optional(
      list(slot(StateMigration, { description: 'A migration.' }), {
        description: 'Bring states of earlier versions into the form of today, in order, before the stream is read.',
      }),
    ),
    file_uploader: optional(
      slot(FileUploader, { description: 'Fetches the file that each record speaks of; needs `--files`.', default_type: 'FileUploader' }),
    ),
  },
  examples: [
    {
      title: 'A full-refresh stream',
      manifest: {
        type: 'DeclarativeStream',
        name: 'orders',
        primary_key: 'id',
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'orders' },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
        },
        schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: { id: { type: 'string' } } } },
      },
    },
  ],
  create: (fields, { dialect, files, parameters }) => {
    const { name = '', schema_loader, incremental_sync, state_migrations: migrations } = fields
    // A foreign manifest that says nothing of the schema means the file named after the stream.
    const implied = dialect === 'airbyte' ? () => defaultSchema(files, parameters['name'] ?? name) : () => ({})
    const loaders = schema_loader ?? [{ load: implied }]
    return {
      name,
      primaryKey: fields.primary_key,
      retriever: fields.retriever,
      cursor: incremental_sync && fields.retriever.grouped ? withSharedState(incremental_sync) : incremental_sync,
      transformations: fields.transformations ?? [],
      files: fields.file_uploader,
      migrateState: migrations && ((state) => migrations.reduce((known, migrate) => migrate(known), state)),
      schema: once(async () => combine(await Promise.all(loaders.map((loader) => loader.load())))),
    }
  },
})

/** One state for all partitions, whatever field the catalog chooses. */
function withSharedState(cursor: Cursor): Cursor {
  const { withField } = cursor
  return { ...cursor, sharedState: true, withField: withField && ((name) => withSharedState(withField(name))) }
}

/** Schemas may come from the network; they are the same for a whole run. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= work()
    return result
  }
}

function combine(schemas: readonly JsonSchema[]): JsonSchema {
  const [first = {}] = schemas
  if (schemas.length <= 1) return first
  const properties = schemas.map((schema) => (schema['properties'] ?? {}) as Readonly<Record<string, unknown>>)
  return { ...first, properties: Object.assign({}, ...properties.toReversed()) }
}
