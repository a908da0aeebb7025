import { isNode, type Node } from '../../manifest/definition/build.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, listOrOne, slot } from '../../manifest/definition/fields.ts'
import { setOwn } from '../../template/python/dict.ts'
import { ComponentMapping, ComponentsResolver, ConfigValues, fillIn } from './components-resolver.ts'

export const ConfigComponentsResolver = defineComponent(ComponentsResolver, {
  type: 'ConfigComponentsResolver',
  summary: 'Makes a stream of every value in a list of the config; of several lists, of every combination.',
  aliases: ['ConfigComponentResolver'],
  fields: {
    stream_config: listOrOne(slot(ConfigValues, { description: 'A list.', default_type: 'StreamConfig' }), {
      description: 'Where the values are.',
    }),
    components_mapping: list(slot(ComponentMapping, { description: 'A field.', default_type: 'ComponentMappingDefinition' }), {
      description: 'Fields of the template that differ from stream to stream.',
    }),
  },
  examples: [
    {
      title: 'A stream per report that the user defines',
      manifest: {
        type: 'ConfigComponentsResolver',
        stream_config: { type: 'StreamConfig', configs_pointer: ['custom_reports'] },
        components_mapping: [{ type: 'ComponentMappingDefinition', field_path: ['name'], value: '{{ components_values.name }}' }],
      },
    },
  ],
  create: ({ stream_config: sources, components_mapping: mappings }, { config }) => ({
    async *resolve(template) {
      for (const combination of combinations(sources.map((values) => values(config)))) {
        const scope = { components_values: merged(combination) }
        yield fillIn(template, { mappings, scope, rules: { text: 'yaml', creates: true } })
      }
    },
  }),
})

type Indexed = readonly [index: number, value: unknown]

function combinations(lists: readonly (readonly unknown[])[]): readonly (readonly Indexed[])[] {
  return lists.reduce<readonly (readonly Indexed[])[]>(
    (known, list) => known.flatMap((left) => list.map((value, index) => [...left, [index, value] as const])),
    [[]],
  )
}

/** Mappings side by side, later keys over earlier ones; other values under `source_config_<n>`, with their index. */
function merged(combination: readonly Indexed[]): Node {
  const all: Record<string, unknown> = {}
  for (const [position, indexed] of combination.entries()) {
    const [, value] = indexed
    if (!isNode(value)) all[`source_config_${position}`] ??= indexed
    else for (const [key, item] of Object.entries(value)) setOwn(all, key, item)
  }
  return all
}
