import { defined } from '../../defined.ts'
import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { boolean, integer, slot, withDefault } from '../../manifest/definition/fields.ts'
import { partitionsInMemory } from '../cursors/partitioned-state.ts'
import { RecentKeys } from '../cursors/recent-keys.ts'
import { type Partition, PartitionRouter } from '../read/partition-router.ts'
import { canonicalJson } from '../values/canonical-json.ts'

export const GroupingPartitionRouter = defineComponent(PartitionRouter, {
  type: 'GroupingPartitionRouter',
  summary: 'Reads several partitions of another router at once: each value becomes a list. The stream keeps one state for all.',
  fields: {
    group_size: integer({ description: 'Partitions in a group; the last group may be smaller.' }),
    underlying_partition_router: slot(PartitionRouter, { description: 'The router; it must not inject its values into requests itself.' }),
    deduplicate: withDefault(boolean({ description: 'Leave out values that come again.' }), true),
  },
  examples: [
    {
      title: 'Boards, fifty in a request',
      manifest: {
        type: 'GroupingPartitionRouter',
        group_size: 50,
        underlying_partition_router: { type: 'ListPartitionRouter', values: ['1', '2', '3'], cursor_field: 'board_ids' },
      },
    },
  ],
  create: ({ group_size, underlying_partition_router: router, deduplicate }) => {
    if (group_size < 1) throw new ConfigError('ERR_MANIFEST_INVALID', `'group_size' must be at least 1, found ${group_size}`)
    return {
      grouped: true,
      async *partitions(scope, parentState) {
        const seen = new RecentKeys(partitionsInMemory)
        let group: Partition[] = []
        for await (const partition of router.partitions(scope, parentState)) {
          const key = canonicalJson(singleValue(partition))
          if (deduplicate && !seen.add(key)) continue
          group.push(partition)
          if (group.length < group_size) continue
          yield grouped(group)
          group = []
        }
        if (group.length > 0) yield grouped(group)
      },
      parentState: () => router.parentState(),
    }
  },
})

function singleValue({ values, parts }: Partition): unknown {
  const names = Object.keys(values).filter((name) => name !== 'parent_slice')
  const [name] = names
  if (name === undefined || names.length > 1) {
    throw new ConfigError('ERR_PARTITION_FIELD', `a GroupingPartitionRouter groups single values, found: ${names.join(', ') || 'none'}`)
  }
  if (Object.keys(parts).length > 0) {
    const message = `the router below a GroupingPartitionRouter must not have a request_option for '${name}'; use stream_partition in templates`
    throw new ConfigError('ERR_PARTITION_FIELD', message)
  }
  return values[name]
}

function grouped(group: readonly Partition[]): Partition {
  const lists = (of: (partition: Partition) => Readonly<Record<string, unknown>>) => {
    const names = [...new Set(group.flatMap((partition) => Object.keys(of(partition))))]
    return Object.fromEntries(names.map((name) => [name, group.map((partition) => of(partition)[name] ?? null)]))
  }
  const { scope = {}, parents } = group.at(-1) ?? {}
  return { values: lists(({ values }) => values), extra: lists(({ extra }) => extra), parts: {}, scope, ...defined({ parents }) }
}
