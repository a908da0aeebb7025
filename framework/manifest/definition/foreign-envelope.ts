import type { JsonSchema } from '../../protocol/messages.ts'
import { envelopeSchema } from './envelope.ts'

const properties = envelopeSchema['properties'] as Readonly<Record<string, JsonSchema>>
const streams = properties['streams'] as JsonSchema
const anything = (description: string): JsonSchema => ({ description })

/**
 * The envelope around a manifest written for Airbyte, `dialect: airbyte`: what is inside keeps its keys and its meaning. Streams stand
 * under `streams.templates`; the spec may stand in a file beside the manifest.
 */
export const foreignEnvelopeSchema: JsonSchema = {
  ...envelopeSchema,
  properties: {
    ...properties,
    streams: {
      ...streams,
      properties: {
        ...(streams['properties'] as object),
        strategy: { type: 'string', enum: ['static'], description: 'Such manifests have no discovery.' },
        templates: { type: 'array', description: 'The streams.' },
      },
    },
    spec: { type: 'object', description: 'What a config must hold.' },
    version: anything('Version of the language that the manifest was written for.'),
    description: anything('What the connector reads.'),
    schemas: { type: 'object', description: 'Schemas that are referred to.' },
    dynamic_streams: { type: 'array', description: 'Streams made of templates when a run starts.' },
    metadata: anything('Notes of the tool that wrote the manifest.'),
    $parameters: { type: 'object', description: 'Parameters of every component.' },
  },
  required: (envelopeSchema['required'] as readonly string[]).filter((key) => key !== 'spec'),
}
