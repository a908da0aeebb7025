import { ConfigError } from '../../errors.ts'
import { isNode } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { either, rawObject, template } from '../../manifest/definition/fields.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import { ValidationStrategy } from './config-rule.ts'

const description = 'A JSON Schema, or a template that yields one.'

export const ValidateAdheresToSchema = defineComponent(ValidationStrategy, {
  type: 'ValidateAdheresToSchema',
  summary: 'The value fits a JSON Schema; a text is read as JSON first.',
  fields: { base_schema: either(isNode, rawObject({ description }), template([], { description })) },
  examples: [
    { title: 'An object with a name', manifest: { type: 'ValidateAdheresToSchema', base_schema: { type: 'object', required: ['name'] } } },
  ],
  create: ({ base_schema }) => {
    const schema = () => ('evaluate' in base_schema && typeof base_schema.evaluate === 'function' ? base_schema.evaluate({}) : base_schema)
    return (value) => validate(schemaOf(schema()), value)
  },
})

function schemaOf(value: unknown): JsonSchema {
  const schema = typeof value === 'string' ? parsed(value, "'base_schema'") : value
  if (isNode(schema)) return schema
  throw new ConfigError('ERR_MANIFEST_INVALID', "'base_schema' must yield a JSON Schema")
}

async function validate(schema: JsonSchema, given: unknown): Promise<void> {
  const value = typeof given === 'string' ? parsed(given, 'it') : given
  const { Ajv } = await import('ajv')
  const check = new Ajv({ strict: false, allErrors: true, validateSchema: false, validateFormats: false, logger: false }).compile(schema)
  if (check(value)) return
  const lines = (check.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`)
  throw new ConfigError('ERR_CONFIG_INVALID', [...new Set(lines)].join('; '))
}

/** Without the parser's error as cause: it quotes the text, which may be secret. */
function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw new ConfigError('ERR_CONFIG_INVALID', `${what} is not valid JSON`)
    throw thrown
  }
}
