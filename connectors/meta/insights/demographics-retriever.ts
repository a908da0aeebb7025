import { Requester } from '../../../framework/components/read/requester.ts'
import {
  type Page,
  type ReadOptions,
  Retriever,
  type StreamSlice,
  sliceScope,
  wholeStream,
} from '../../../framework/components/read/retriever.ts'
import { defined } from '../../../framework/defined.ts'
import type { ConnectorError } from '../../../framework/errors.ts'
import { type BuildContext, defineComponent, type Values } from '../../../framework/manifest/definition/component.ts'
import { optional, slot, template } from '../../../framework/manifest/definition/fields.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { DAY_MS } from '../../../framework/time.ts'
import { accountOf, type GraphAccount } from '../graph/account.ts'
import { runState } from '../graph/run-state.ts'
import type { Metric } from '../metrics/catalogue.ts'
import { type LazySelection, lazySelection, namesOf, selectionFields } from '../metrics/metric-fields.ts'
import { insightsParams, type MetricGroup } from '../metrics/plan.ts'
import { isForbidden } from '../metrics/rejection.ts'
import { RejectionGuard } from '../metrics/rejection-guard.ts'
import { dataOf, utcText } from './insight-rows.ts'
import { reportSmallAccount } from './small-account.ts'
import { totalsOf } from './total-rows.ts'

const fields = {
  requester: slot(Requester, { description: 'Sends the calls; its path leads to the insights of the account.' }),
  ...selectionFields,
  combinations: optional(
    template([], {
      description: 'Breakdowns to combine besides the single ones, such as age,gender: a further call for each and timeframe.',
    }),
  ),
}

export const DemographicsRetriever = defineComponent(Retriever, {
  type: 'DemographicsRetriever',
  summary: 'Reads who the audiences of an Instagram account are: a call for each breakdown and timeframe, for all audiences at once.',
  fields,
  examples: [
    {
      title: 'Audiences of an account',
      manifest: {
        type: 'DemographicsRetriever',
        object: 'ig_user',
        objects: ['ig_user', 'ig_media'],
        account_field: 'ig_user_id',
        requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: "{{ account['id'] }}/insights" },
      },
    },
  ],
  create: (values, context) => {
    const selection = lazySelection(values, context)
    const combinations = namesOf(values.combinations?.evaluate({}), 'demographics_combinations', 'breakdowns such as age,gender')
    const settings = { ...values, combinations, selection, context, denied: runState(context.services).denied }
    return {
      partitioned: false,
      async *partitions(scope) {
        yield wholeStream(scope)
      },
      read: (slice, options) => readDemographics(settings, slice, options),
      *plan(slice) {
        for (const group of groupsOf(settings, accountOf(slice.partition.scope)).groups) {
          const params = insightsParams(group, group.metrics, undefined)
          yield { method: 'GET', url: values.requester.url({ scope: sliceScope(slice), parts: { params } }), times: 1 }
        }
      },
    }
  },
})

interface Settings extends Omit<Values<typeof fields>, 'metrics' | 'combinations'> {
  /** Names of breakdowns, joined by commas. */
  readonly combinations: readonly string[]
  readonly selection: LazySelection
  readonly context: BuildContext
  readonly denied: Map<string, ConnectorError>
}

/** A call for each pair of breakdown and timeframe, with all metrics that have both. */
function groupsOf({ selection, combinations }: Settings, { audience }: GraphAccount): { groups: readonly MetricGroup[]; small: boolean } {
  const all = selection.metrics().filter(({ timeframes }) => timeframes !== undefined)
  const metrics = all.filter(({ min_followers: least }) => least === undefined || audience === undefined || audience >= least)
  const pairs = new Map<string, MetricGroup & { readonly metrics: string[] }>()
  for (const entry of metrics) {
    for (const { breakdown, timeframe } of pairsOf(entry, combinations)) {
      const key = `${breakdown}/${timeframe}`
      const group = pairs.get(key) ?? { period: 'lifetime', metricType: 'total_value', breakdown, timeframe, metrics: [] }
      group.metrics.push(entry.metric)
      pairs.set(key, group)
    }
  }
  return { groups: [...pairs.values()], small: metrics.length < all.length }
}

function pairsOf(
  { breakdowns = [], timeframes = [] }: Metric,
  combinations: readonly string[],
): readonly { breakdown: string; timeframe: string }[] {
  const combined = combinations.filter((names) => names.split(',').every((name) => breakdowns.includes(name)))
  return [...breakdowns, ...combined].flatMap((breakdown) => timeframes.map((timeframe) => ({ breakdown, timeframe })))
}

async function* readDemographics(settings: Settings, slice: StreamSlice, options: ReadOptions): AsyncGenerator<Page> {
  const { services } = settings.context
  const account = accountOf(slice.partition.scope)
  const { groups, small } = groupsOf(settings, account)
  settings.selection.report(services.report)
  if (small) reportSmallAccount(services, account)
  const ask = async ({ group }: { group: MetricGroup }, names: readonly string[]) => {
    const answer = await settings.requester.send({
      scope: sliceScope(slice),
      parts: { params: insightsParams(group, names, undefined) },
      accept: (response) => void dataOf(response.json()),
      stream: options.stream,
      ...defined({ signal: options.signal }),
    })
    return rowsOf(answer.response.json(), group, { settings, account })
  }
  const guard = new RejectionGuard({ services, object: settings.object, account: account.id, denied: settings.denied, ask })
  guard.assertAllowed()
  try {
    const answers = await Promise.all(groups.map((group) => guard.answers({ group, window: undefined })))
    const rows = answers.flat(2)
    const scope = sliceScope(slice)
    const { transformations } = options.stages
    if (rows.length > 0) yield { rows: rows.map((row) => transformations.reduce((current, step) => step.transform(current, scope), row)) }
  } catch (thrown) {
    if (isForbidden(thrown)) guard.deny(thrown)
    throw thrown
  }
}

/** The answer says by what it is broken down; the timeframe stands among the dimensions where one was asked for. */
function rowsOf(body: unknown, group: MetricGroup, { settings, account }: { settings: Settings; account: GraphAccount }): Row[] {
  const day = Math.floor(settings.context.services.clock.now() / DAY_MS) * DAY_MS
  const text = utcText(day)
  return totalsOf(body).flatMap(({ metric, value, dimensions, values }) => {
    const parts = dimensions.map((name, index) => ({ name, value: values[index] ?? '' })).filter(({ name }) => name !== 'timeframe')
    if (parts.length === 0) return []
    return [
      {
        [settings.account_field]: account.id,
        metric,
        period: group.period,
        timeframe: group.timeframe,
        breakdown: parts.map(({ name }) => name).join(','),
        breakdown_value: parts.map((part) => part.value).join(' | '),
        end_time: text,
        metric_date: text.slice(0, 10),
        value,
      },
    ]
  })
}
