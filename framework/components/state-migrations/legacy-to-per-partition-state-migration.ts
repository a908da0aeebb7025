import { defineComponent } from '../../manifest/definition/component.ts'
import { StateMigration } from '../read/state-migration.ts'

export const LegacyToPerPartitionStateMigration = defineComponent(StateMigration, {
  type: 'LegacyToPerPartitionStateMigration',
  summary: 'Says that states may have the oldest form, a cursor value by the id of each partition. That form is read with and without it.',
  fields: {},
  examples: [{ title: 'In a list of migrations', manifest: { type: 'LegacyToPerPartitionStateMigration' } }],
  // Every partitioned stream recognises the form when its state is opened, where the names of partition and cursor are known.
  create: () => (state) => state,
})
