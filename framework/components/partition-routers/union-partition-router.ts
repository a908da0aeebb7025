import { defined } from '../../defined.ts'
import { ConfigError } from '../../errors.ts'
import { defineComponent } from '../../manifest/definition/component.ts'
import { list, slot, template } from '../../manifest/definition/fields.ts'
import { keepLiterals } from '../../protocol/number-literals.ts'
import { toText } from '../../template/python/text.ts'
import { partitionsInMemory } from '../cursors/partitioned-state.ts'
import { RecentKeys } from '../cursors/recent-keys.ts'
import { everyParent, type ParentStates, type Partition, PartitionRouter } from '../read/partition-router.ts'
import { canonicalJson } from '../values/canonical-json.ts'

export const UnionPartitionRouter = defineComponent(PartitionRouter, {
  type: 'UnionPartitionRouter',
  summary: 'The partitions of several routers, one router after another; a value that comes again is read once.',
  fields: {
    partition_field: template([], { description: 'The value that all of them give, by its name in `stream_slice`.' }),
    partition_routers: list(slot(PartitionRouter, { description: 'A router.' }), { description: 'The routers, in order.' }),
  },
  examples: [
    {
      title: 'Repositories by name and by a second list',
      manifest: {
        type: 'UnionPartitionRouter',
        partition_field: 'repository',
        partition_routers: [
          { type: 'ListPartitionRouter', values: ['connector'], cursor_field: 'repository' },
          { type: 'ListPartitionRouter', values: ['connector', 'connector-docs'], cursor_field: 'repository' },
        ],
      },
    },
  ],
  create: ({ partition_field, partition_routers: routers }) => ({
    async *partitions(scope, parentState) {
      const field = toText(partition_field.evaluate(scope))
      const seen = new RecentKeys(partitionsInMemory)
      // Parents whose turn has not come yet are where the last run left them.
      let known = withoutWildcard(parentState)
      for (const router of routers) {
        const merge = merger(known)
        for await (const partition of router.partitions(scope, parentState)) {
          const own = ownValue(partition, field)
          if (!seen.add(canonicalJson(own.value))) continue
          const parents = merge(partition.parents)
          yield {
            ...partition,
            values: keepLiterals(partition.values, { [field]: own.value }),
            extra: own.extra,
            parts: {},
            ...defined({ parents }),
          }
        }
        known = { ...known, ...router.parentState() }
      }
    },
    parentState: () => statesOf(routers),
  }),
})

function ownValue({ values, extra }: Partition, field: string): { readonly value: unknown; readonly extra: Partition['extra'] } {
  const { [field]: value, ...rest } = values
  if (value !== undefined) return { value, extra: { ...extra, ...rest } }
  const given = Object.keys(values).join(', ')
  throw new ConfigError('ERR_PARTITION_FIELD', `every router of a UnionPartitionRouter must give '${field}', found: ${given}`)
}

function withoutWildcard(states: ParentStates = {}): ParentStates {
  const { [everyParent]: _, ...named } = states
  return named
}

/** States beside those of routers that are done; the same object while nothing changes. */
function merger(known: ParentStates): (states: ParentStates | undefined) => ParentStates | undefined {
  let last: { readonly of: ParentStates | undefined; readonly merged: ParentStates | undefined } | undefined
  return (states) => {
    if (last?.of !== states || !last) {
      const isEmpty = states === undefined && Object.keys(known).length === 0
      last = { of: states, merged: isEmpty ? undefined : { ...known, ...states } }
    }
    return last.merged
  }
}

function statesOf(routers: readonly PartitionRouter[]): ParentStates | undefined {
  const states = routers.map((router) => router.parentState()).filter((state) => state !== undefined)
  return states.length === 0 ? undefined : Object.assign({}, ...states)
}
