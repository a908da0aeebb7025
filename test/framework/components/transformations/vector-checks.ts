import { Transformation } from '../../../../framework/components/read/transformation.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf, sliceScopeOf } from '../check-vectors.ts'

const file = 'transformations.json'
/** The recordings name Python's types where manifests name those of JSON. */
const types: Readonly<Record<string, string>> = { str: 'string', float: 'number', int: 'integer', bool: 'boolean' }

function nodeOf(definition: Input): Input {
  const { parameters: _, config: __, fields, key_transformation, ...rest } = present(definition)
  return {
    ...rest,
    ...(Array.isArray(fields) ? { fields: fields.map(fieldOf) } : {}),
    ...(key_transformation ? { key_transformation: present(recordOf(key_transformation)) } : {}),
  }
}

function fieldOf(field: unknown): Input {
  const { value_type, ...rest } = present(recordOf(field))
  return typeof value_type === 'string' ? { ...rest, value_type: types[value_type] ?? value_type } : rest
}

function transformed({ definition, record, config, stream_slice }: Input): unknown {
  const { parameters } = recordOf(definition)
  const context = testContext({ dialect: 'airbyte', config: recordOf(config), parameters: recordOf(parameters) })
  const transformation = buildComponent(Transformation, nodeOf(recordOf(definition)), context)
  return transformation.transform(structuredClone(recordOf(record)), sliceScopeOf(stream_slice))
}

/** Vectors of transformations. */
export const checks: readonly Check[] = [
  'AddFields',
  'DpathFlattenFields',
  'FlattenFields',
  'KeysReplace',
  'KeysToLower',
  'KeysToSnakeCase',
  'RemoveFields',
].map((type) => ({ file, component: `transformation.${type}`, run: transformed }))
