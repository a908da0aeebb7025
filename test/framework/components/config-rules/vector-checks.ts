import { ConfigTransformation, ValidationStrategy } from '../../../../framework/components/config-rules/config-rule.ts'
import { buildComponent } from '../../../../framework/manifest/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const file = 'transformations.json'

function nodeOf({ definition }: Input): Input {
  const { source_config: _, fields, ...rest } = recordOf(definition)
  return { ...present(rest), ...(Array.isArray(fields) ? { fields: fields.map((field) => present(recordOf(field))) } : {}) }
}

function transformed(input: Input): unknown {
  const config = structuredClone(recordOf(input['config']))
  buildComponent(ConfigTransformation, nodeOf(input), testContext({ dialect: 'airbyte' }))(config)
  return config
}

/** Vectors of config rules. */
export const checks: readonly Check[] = [
  ...['ConfigAddFields', 'ConfigRemapField', 'ConfigRemoveFields'].map((type) => ({
    file,
    component: `config_transformation.${type}`,
    run: transformed,
  })),
  {
    file,
    component: 'validator.ValidateAdheresToSchema',
    run: ({ schema, value }) => {
      const node = { type: 'ValidateAdheresToSchema', base_schema: schema }
      return buildComponent(ValidationStrategy, node, testContext({ dialect: 'airbyte' }))(value)
    },
  },
]
