import type { JsonSchema } from '../../framework/index.ts'
import type { TableChoice } from '../sync-recipe.ts'

const text = { type: ['null', 'string'] }
const time = { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' }

const schema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: true,
  required: ['u_id', 'account_id', 'metric', 'end_time'],
  properties: {
    u_id: { type: 'string' },
    account_id: { type: 'string' },
    metric: { type: 'string' },
    period: text,
    end_time: time,
    value: { type: ['null', 'number'] },
    value_map: { type: ['null', 'object'], additionalProperties: true },
    updated_at: time,
  },
}

/** `instagram_insights`: one row per owner, account, metric and end time. `u_id` is empty for an account without an owner. */
export function insightsTable(owner: string, externalId: string): TableChoice {
  return {
    kind: 'instagram_insights',
    primaryKey: [['u_id'], ['account_id'], ['metric'], ['end_time']],
    schema,
    row: ({ metric, period, end_time, value, value_map }, at) => ({
      u_id: owner,
      account_id: externalId,
      metric,
      period,
      end_time,
      value: value ?? null,
      value_map: value_map ?? null,
      updated_at: new Date(at).toISOString(),
    }),
  }
}
