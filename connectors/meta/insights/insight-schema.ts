import { defined } from '../../../framework/defined.ts'
import type { JsonSchema } from '../../../framework/protocol/messages.ts'
import { fits, type Metric } from '../metrics/catalogue.ts'

export interface InsightShape {
  readonly period: string
  readonly breakdown: string | undefined
  readonly account_field: string
  readonly item_field: string | undefined
}

/** JSON Schema of the rows of these metrics. `x-metrics` says of each what it counts and whether days may be added up. */
export function insightSchema(metrics: readonly Metric[], shape: InsightShape): JsonSchema {
  const offered = metrics.filter((entry) => fits(entry, shape))
  const hasMaps = offered.some((entry) => entry.value_kind === 'map')
  const hasNumbers = offered.some((entry) => entry.value_kind !== 'map')
  const keys = [shape.account_field, ...(shape.item_field ? [shape.item_field] : [])]
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: true,
    properties: {
      ...Object.fromEntries(keys.map((key) => [key, text(`Id of the ${key.replace(/_id$/, '').replaceAll('_', ' ')}.`)])),
      metric: text('Name of the metric; see x-metrics.'),
      period: { ...text('Period that the value stands for.'), enum: [shape.period] },
      end_time: { ...text(endTimeText(shape.period)), format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
      metric_date: { ...text(dateText(shape.period)), format: 'date' },
      ...(shape.breakdown ? { [shape.breakdown]: text(`Part of the breakdown by ${shape.breakdown}.`) } : {}),
      ...(hasNumbers ? { value: { type: ['null', 'number'], description: 'The value of a metric that is a number.' } } : {}),
      ...(hasMaps ? { value_map: mapSchema } : {}),
    },
    required: [...keys, 'metric', 'end_time', ...(shape.breakdown ? [shape.breakdown] : [])],
    'x-metrics': Object.fromEntries(offered.map((entry) => [entry.metric, describeMetric(entry)])),
  }
}

const mapSchema = {
  type: ['null', 'object'],
  description: 'The value of a metric that is a map; a part that is absent was not counted.',
  additionalProperties: { type: ['null', 'number', 'string'] },
}

function text(description: string) {
  return { type: 'string', description }
}

function endTimeText(period: string): string {
  if (period === 'lifetime') return 'Start of the UTC day on which the value was read; values over the whole life build a history this way.'
  return 'End of the day that the value closes: midnight in California, written in UTC.'
}

function dateText(period: string): string {
  return period === 'lifetime' ? 'UTC day on which the value was read.' : 'The last day (in California) that the value counts.'
}

function describeMetric({ unit, value_kind, additive_over_time, notes }: Metric) {
  return {
    ...defined({ unit }),
    ...(value_kind === undefined ? {} : { kind: value_kind === 'map' ? 'map' : 'number' }),
    ...defined({ additive_over_time, notes }),
  }
}
