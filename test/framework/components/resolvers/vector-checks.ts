import { ComponentsResolver } from '../../../../framework/components/resolvers/components-resolver.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const file = 'query_properties_resolvers.json'
/** The recordings name Python's types where manifests name those of JSON. */
const types: Readonly<Record<string, string>> = { str: 'string', float: 'number', int: 'integer', bool: 'boolean' }

const listOf = (value: unknown): readonly Input[] => (Array.isArray(value) ? value.map((item) => present(recordOf(item))) : [])

async function resolved(type: string, source: Node, input: Input): Promise<readonly unknown[]> {
  const mappings = listOf(input['components_mapping']).map(({ value_type, ...mapping }) => ({
    ...mapping,
    ...(value_type ? { value_type: types[String(value_type)] ?? value_type } : {}),
  }))
  const node = { type, components_mapping: mappings, ...source }
  const resolver = buildComponent(ComponentsResolver, node, testContext({ dialect: 'airbyte', config: recordOf(input['config']) }))
  const streams: unknown[] = []
  for await (const stream of resolver.resolve(recordOf(input['stream_template_config']))) streams.push(stream)
  return streams
}

/** Vectors of resolvers. */
export const checks: readonly Check[] = [
  {
    file,
    component: 'config_components_resolver',
    run: (input) => resolved('ConfigComponentsResolver', { stream_config: listOf(input['stream_configs']) }, input),
  },
  {
    file,
    component: 'parametrized_components_resolver',
    run: (input) => {
      const { list_of_parameters_for_stream } = input
      return resolved('ParametrizedComponentsResolver', { stream_parameters: { list_of_parameters_for_stream } }, input)
    },
  },
]
