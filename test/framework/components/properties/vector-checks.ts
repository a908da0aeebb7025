import { PropertyChunks, RecordMergeStrategy } from '../../../../framework/components/read/properties.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import type { Row } from '../../../../framework/protocol/messages.ts'
import { testContext } from '../../build.ts'
import { type Check, type Input, present, recordOf } from '../check-vectors.ts'

const file = 'query_properties_resolvers.json'

const context = () => testContext({ dialect: 'airbyte' })
const namesOf = (value: unknown) => (value ?? []) as readonly string[]

function chunks({ property_fields, always_include_properties, configured_properties, ...fields }: Input): unknown {
  const chunking = buildComponent(PropertyChunks, { type: 'PropertyChunking', ...present(fields) }, context())
  const selected = configured_properties ? new Set(namesOf(recordOf(configured_properties)['$set'])) : undefined
  return chunking.split({ names: namesOf(property_fields), always: namesOf(always_include_properties), selected })
}

/** Vectors of property chunking. */
export const checks: readonly Check[] = [
  { file, component: 'property_chunking', run: chunks },
  {
    file,
    component: 'group_by_key',
    run: ({ key, record }) => buildComponent(RecordMergeStrategy, { type: 'GroupByKeyMergeStrategy', key }, context())(record as Row),
  },
]
