import { Requester } from '../../../framework/components/read/requester.ts'
import { ConfigError } from '../../../framework/errors.ts'
import type { BuildContext } from '../../../framework/manifest/definition/component.ts'
import { type BoundTemplate, list, oneOf, optional, slot, string, template } from '../../../framework/manifest/definition/fields.ts'
import type { Reporter } from '../../../framework/report.ts'
import type { GraphObject, Metric } from './catalogue.ts'
import { type MetricSelection, selectMetrics } from './selection.ts'

export const objects = ['ig_user', 'ig_media', 'ig_story', 'fb_page', 'fb_post'] as const satisfies readonly GraphObject[]

export const objectField = oneOf(objects, { description: 'The object of the metric catalogue that is read.' })

/** Fields of everything that is made from a selection of metrics. */
export const selectionFields = {
  object: objectField,
  objects: list(objectField, { description: 'All objects that the connector reads: the config may list their metrics together.' }),
  metrics: optional(template([], { description: 'Names to read; without any, all documented metrics that need no further right.' })),
  account_field: string({ description: 'Field of the rows that carries the id of the account, such as page_id.' }),
}

/** Fields of what reads insights. */
export const readingFields = {
  required_task: optional(string({ description: 'Task that the user needs on the account, such as ANALYZE.' })),
  required_permission: optional(
    string({ description: 'Permission without which the API answers with empty lists, such as read_insights.' }),
  ),
  user: optional(slot(Requester, { description: 'Sends calls with the token of the user: to learn why everything comes back empty.' })),
}

export interface MetricFields {
  readonly object: GraphObject
  readonly objects: readonly GraphObject[]
  readonly metrics: BoundTemplate | undefined
}

export interface LazySelection {
  metrics(): readonly Metric[]
  /** Reports retired names; the reporter reports equal diagnostics once. */
  report(reporter: Reporter): void
}

/**
 * The metrics of a component. Named ones are looked up at once, so that a wrong name fails before anything is read;
 * the default selection waits until it is needed.
 */
export function lazySelection({ object, objects, metrics }: MetricFields, context: BuildContext): LazySelection {
  const names = namesOf(metrics?.evaluate({}))
  const day = new Date(context.services.clock.now()).toISOString().slice(0, 10)
  let selection: MetricSelection | undefined
  const select = () => {
    selection ??= selectMetrics({ object, objects, names, day })
    return selection
  }
  if (names.length > 0) select()
  return {
    metrics: () => select().metrics,
    report: (reporter) => {
      for (const diagnostic of select().diagnostics) reporter.finding(diagnostic)
    },
  }
}

/** Names from a config, of metrics by default. Throws ConfigError when they are no list of texts. */
export function namesOf(value: unknown, field = 'metrics', what = 'metric names'): readonly string[] {
  if (value === undefined || value === null || value === '') return []
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value
  throw new ConfigError('ERR_CONFIG_INVALID', `config.${field} must be a list of ${what}`)
}
