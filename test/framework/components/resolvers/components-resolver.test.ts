import { describe, expect, it } from 'vitest'
import { ComponentsResolver } from '../../../../framework/components/resolvers/components-resolver.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'

const mapping = (field_path: readonly string[], value: string, more: Node = {}) => ({ field_path, value, ...more })
const made = { create_or_update: true }

async function resolve(node: Node, template: Node, config: Node = {}): Promise<readonly unknown[]> {
  const resolver = buildComponent(ComponentsResolver, node, testContext({ dialect: 'airbyte', config }))
  const streams: unknown[] = []
  for await (const stream of resolver.resolve(template)) streams.push(stream)
  return streams
}

const parametrized = (values: readonly Node[], ...components_mapping: readonly Node[]) => ({
  type: 'ParametrizedComponentsResolver',
  stream_parameters: { list_of_parameters_for_stream: values },
  components_mapping,
})

describe('ComponentMappingDefinition', () => {
  const value = (text: string, more: Node = {}) => parametrized([{ x: '5', list: [1] }], mapping(['a'], text, more))

  it.each([
    ['a text that is YAML', value('[1, {b: 2}]'), [1, { b: 2 }]],
    ['a text that is none', value('%Y-%m-%d'), '%Y-%m-%d'],
    ['a value of the entry', value('{{ components_values.list }}'), [1]],
    ['a number in a text', value('{{ components_values.x }}'), 5],
    ['a text that stays one', value('{{ components_values.x }}', { value_type: 'string' }), '5'],
    ['a field of the template', value('{{ stream_template_config.a }}!'), 'old!'],
  ])('writes %s', async (_, node, expected) => {
    expect(await resolve(node, { a: 'old' })).toEqual([{ a: expected }])
  })

  it('makes a field only where it is configured to', async () => {
    const node = parametrized([{}], mapping(['b', 'c'], 'x'), mapping(['d', 'e'], 'y', made), mapping(['f'], '', made))
    expect(await resolve(node, { a: 1 })).toEqual([{ a: 1, d: { e: 'y' } }])
  })

  it('writes every field that a path with globs matches', async () => {
    const node = parametrized([{}], mapping(['list', '*', 'a'], 'x'))
    expect(await resolve(node, { list: [{ a: 1 }, { b: 1 }, { a: 2 }] })).toEqual([{ list: [{ a: 'x' }, { b: 1 }, { a: 'x' }] }])
  })

  it('leaves the template alone, and the copies apart', async () => {
    const template = { deep: { name: '' } }
    const node = parametrized([{ n: 'a' }, { n: 'b' }], mapping(['deep', 'name'], '{{ components_values.n }}'))
    expect(await resolve(node, template)).toEqual([{ deep: { name: 'a' } }, { deep: { name: 'b' } }])
    expect(template).toEqual({ deep: { name: '' } })
  })
})

describe('ConfigComponentsResolver', () => {
  const node = (...pointers: readonly string[]) => ({
    type: 'ConfigComponentsResolver',
    stream_config: pointers.map((pointer) => ({ configs_pointer: [pointer] })),
    components_mapping: [mapping(['name'], '{{ components_values }}', made)],
  })

  it('makes a stream of every combination of several lists', async () => {
    const config = { a: [{ x: 1 }, { x: 2 }], b: [{ y: 1, x: 3 }, 'z'] }
    expect(await resolve(node('a', 'b'), {}, config)).toEqual([
      { name: { x: 3, y: 1 } },
      { name: { x: 1, source_config_1: [1, 'z'] } },
      { name: { x: 3, y: 1 } },
      { name: { x: 2, source_config_1: [1, 'z'] } },
    ])
  })

  it.each([
    ['nothing', {}, []],
    ['one value', { a: { x: 1 } }, [{ name: { x: 1 } }]],
  ])('makes of %s', async (_, config, expected) => {
    expect(await resolve(node('a'), {}, config)).toEqual(expected)
  })
})
