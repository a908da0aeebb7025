import { describe, expect, it } from 'vitest'
import { ConfigTransformation, ValidationStrategy } from '../../../../framework/components/config-rules/config-rule.ts'
import { buildComponent } from '../../../../framework/manifest/build.ts'
import { sharedFolder } from '../../../shared.ts'
import { testContext } from '../../build.ts'
import { type Check, differences, type Input, present, recordOf } from '../check-vectors.ts'

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

const checks: readonly Check[] = [
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

describe.skipIf(!sharedFolder)('config rules as recorded', () => {
  it.each(checks)('$component', async (check) => {
    expect(await differences(check)).toEqual([])
  })
})
