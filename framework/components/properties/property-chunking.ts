import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { integer, oneOf, optional, slot } from '../../manifest/definition/fields.ts'
import { type ChunkOptions, PropertyChunks, RecordMergeStrategy } from '../read/properties.ts'

/** A name in a query brings an encoded delimiter along. */
const DELIMITER_CHARACTERS = 3

export const PropertyChunking = defineComponent(PropertyChunks, {
  type: 'PropertyChunking',
  summary: 'Asks for the properties in several requests, and puts their records together.',
  fields: {
    property_limit_type: oneOf(['characters', 'property_count'], {
      description: 'What the limit counts: properties, or characters of their names (with three more for each delimiter).',
    }),
    property_limit: optional(
      integer({ description: 'How much one request may hold, `always_include_properties` not counted. Without it there is one request.' }),
    ),
    record_merge_strategy: optional(
      slot(RecordMergeStrategy, { description: 'Which records belong together; by default those with the same `id`.' }),
    ),
  },
  examples: [
    {
      title: 'A hundred properties per request',
      manifest: {
        type: 'PropertyChunking',
        property_limit_type: 'property_count',
        property_limit: 100,
        record_merge_strategy: { type: 'GroupByKeyMergeStrategy', key: 'id' },
      },
    },
  ],
  create: ({ property_limit_type, property_limit: limit, record_merge_strategy }) => {
    if (limit !== undefined && limit < 0) throw new ConfigError('ERR_MANIFEST_INVALID', `a property_limit of ${limit} makes no sense`)
    const sizeOf = property_limit_type === 'characters' ? (name: string) => [...name].length + DELIMITER_CHARACTERS : () => 1
    return {
      split: (options) => (limit ? splitBy(limit, sizeOf, options) : [[...wanted(options), ...options.always]]),
      keyOf: record_merge_strategy ?? byId,
    }
  },
})

function byId({ id }: Readonly<Record<string, unknown>>): string | undefined {
  return id === undefined || id === null || id === '' ? undefined : String(id)
}

function wanted({ names, selected }: ChunkOptions): readonly string[] {
  return selected ? names.filter((name) => selected.has(name)) : names
}

/** Whole names only: one that is larger than the limit has a request of its own. */
function splitBy(limit: number, sizeOf: (name: string) => number, options: ChunkOptions): readonly (readonly string[])[] {
  const chunks: string[][] = []
  let chunk: string[] = []
  let size = 0
  for (const name of wanted(options)) {
    if (chunk.length > 0 && size + sizeOf(name) > limit) {
      chunks.push(chunk)
      chunk = []
      size = 0
    }
    chunk.push(name)
    size += sizeOf(name)
  }
  return [...chunks, chunk].map((names) => [...options.always, ...names])
}
