import { isDefault, metricsOf } from '../../../connectors/meta/metrics/catalogue.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import type { Sandbox } from '../../../sandbox/sandbox.ts'

const KEYS = ['id', 'ig_user_id', 'media_id', 'story_id', 'metric', 'end_time', 'hashtag', 'list']

/** What a destination with keys holds after some runs. */
export class Table {
  readonly #rows = new Map<string, Row>()

  upsert(rows: readonly Row[] = []): void {
    for (const row of rows) this.#rows.set(KEYS.map((key) => row[key]).join('|'), row)
  }

  rows(): Row[] {
    return [...this.#rows.values()]
  }

  /** The newest observation of every media and metric. */
  latest(): Map<string, Row> {
    const latest = new Map<string, Row>()
    for (const row of this.rows().toSorted((one, other) => String(one['end_time']).localeCompare(String(other['end_time'])))) {
      latest.set(`${row['media_id']} ${row['metric']}`, row)
    }
    return latest
  }
}

/** Names of the metrics that are read without asking for any. */
export function readNames(object: 'ig_media' | 'ig_story', { login = 'facebook' }: { login?: string } = {}): readonly string[] {
  return metricsOf([object])
    .filter((entry) => isDefault(entry, '2026-11-20') && (entry.login === undefined || entry.login === 'both' || entry.login === login))
    .map(({ metric }) => metric)
}

/** Rows of insights of these media as the seed has them at this moment. */
export function expectedInsights(
  sandbox: Sandbox,
  account: string,
  { ids, names }: { ids: readonly string[]; names: readonly string[] },
): Row[] {
  const day = sandbox.clock.now().toISOString().slice(0, 10)
  return ids.flatMap((id) => {
    const { values } = sandbox.truth.mediaInsights(id)
    return Object.entries(values)
      .filter(([metric]) => names.includes(metric))
      .map(([metric, value]) => ({
        ig_user_id: account,
        media_id: id,
        metric,
        period: 'lifetime',
        end_time: `${day}T00:00:00+00:00`,
        metric_date: day,
        value,
      }))
  })
}

export const texts = (rows: readonly object[] = []) => rows.map((row) => JSON.stringify(row)).sort()
