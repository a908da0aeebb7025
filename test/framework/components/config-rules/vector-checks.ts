import { ConfigTransformation, ValidationStrategy } from '../../../../framework/components/config-rules/config-rule.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const file = 'transformations.json'
/** The recordings name Python's types where manifests name those of JSON. */
const types: Readonly<Record<string, string>> = { str: 'string', float: 'number', int: 'integer', bool: 'boolean' }

function fieldOf(field: unknown): Input {
  const { value_type, ...rest } = present(recordOf(field))
  return typeof value_type === 'string' ? { ...rest, value_type: types[value_type] ?? value_type } : rest
}

function transformed({ definition, config }: Input): unknown {
  // The config that the reference built with is the one that is transformed; an empty condition is none.
  const { source_config: _, condition, fields, ...rest } = present(recordOf(definition))
  const node = { ...rest, ...(condition ? { condition } : {}), ...(Array.isArray(fields) ? { fields: fields.map(fieldOf) } : {}) }
  const changed = structuredClone(recordOf(config)) as Record<string, unknown>
  buildComponent(ConfigTransformation, node, testContext({ dialect: 'airbyte', config: changed }))(changed)
  return changed
}

async function validated({ schema, value }: Input): Promise<unknown> {
  const node = { type: 'ValidateAdheresToSchema', base_schema: schema }
  await buildComponent(ValidationStrategy, node, testContext({ dialect: 'airbyte' }))(value)
  return null
}

/** Vectors of the rules for configs. */
export const checks: readonly Check[] = [
  { file, component: 'config_transformation.ConfigAddFields', run: transformed },
  { file, component: 'config_transformation.ConfigRemapField', run: transformed },
  { file, component: 'config_transformation.ConfigRemoveFields', run: transformed },
  { file, component: 'validator.ValidateAdheresToSchema', run: validated },
]
