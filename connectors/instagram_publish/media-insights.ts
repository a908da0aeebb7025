import { ActionError } from '../../framework/components/actions/action-error.ts'
import { isObject } from '../../framework/protocol/json.ts'
import type { Json } from '../../framework/protocol/messages.ts'
import { metricsOf } from '../meta/metrics/catalogue.ts'

/** Figures by the name of the metric; maps where the metric is one. */
export type MediaInsights = Readonly<Record<string, Json>>

/** The `data` of the answer for these metrics of one post. Throws ActionError for a rejection. */
export type AskInsights = (metrics: readonly string[]) => Promise<unknown>

/** What posts of every kind have, and `saved`, which stories refuse. */
const USUAL = ['reach', 'views', 'total_interactions', 'shares', 'saved'] as const

/** Old names that programs may still read. */
const KEPT_NAMES = ['impressions', 'reach', 'engagement', 'saved'] as const

/**
 * Figures of one post. Retired names are asked for by their replacement. A metric that this kind of post does not have is left out and the
 * rest asked for again; throws ActionError when none is answered.
 */
export async function readMediaInsights(ask: AskInsights, names: readonly string[] = USUAL): Promise<MediaInsights> {
  const wanted = [...new Set(names.map((name) => replacementOf(name) ?? name))]
  const found = await askFor(ask, wanted)
  const old = [...KEPT_NAMES, ...names].flatMap((name): [string, Json][] => {
    const value = found[replacementOf(name) ?? name]
    return found[name] !== undefined || value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(old), ...found }
}

async function askFor(ask: AskInsights, metrics: readonly string[]): Promise<MediaInsights> {
  try {
    return valuesOf(await ask(metrics))
  } catch (thrown) {
    if (!(thrown instanceof ActionError) || !isRejection(thrown) || metrics.length < 2) throw thrown
    const offendingMetrics = metrics.filter((metric) => thrown.message.includes(` ${metric} metric`))
    if (offendingMetrics.length === 1)
      return askFor(
        ask,
        metrics.filter((metric) => !offendingMetrics.includes(metric)),
      )
    return oneByOne(ask, metrics)
  }
}

/** The text does not say which one is refused. */
async function oneByOne(ask: AskInsights, metrics: readonly string[]): Promise<MediaInsights> {
  let found: MediaInsights = {}
  let refusal: ActionError | undefined
  for (const metric of metrics) {
    try {
      found = { ...found, ...valuesOf(await ask([metric])) }
    } catch (thrown) {
      if (!(thrown instanceof ActionError) || !isRejection(thrown)) throw thrown
      refusal = thrown
    }
  }
  if (refusal && Object.keys(found).length === 0) throw refusal
  return found
}

/** Of a metric, as opposed to the media or the token. */
function isRejection({ details }: ActionError): boolean {
  return details['code'] === 100 && details['subcode'] === undefined
}

function replacementOf(name: string): string | undefined {
  return metricsOf(['ig_media']).find(({ metric, status }) => metric === name && status === 'removed')?.replacement
}

function valuesOf(data: unknown): MediaInsights {
  const entries = (Array.isArray(data) ? data.filter(isObject) : []).flatMap((entry): [string, Json][] => {
    const value = figureOf(entry)
    return typeof entry['name'] === 'string' && value !== undefined ? [[entry['name'], value]] : []
  })
  return Object.fromEntries(entries)
}

function figureOf({ values, total_value }: Readonly<Record<string, unknown>>): Json | undefined {
  const first: unknown = Array.isArray(values) ? values[0] : total_value
  const value = isObject(first) ? first['value'] : undefined
  return typeof value === 'number' || typeof value === 'string' || isObject(value) ? (value as Json) : undefined
}
