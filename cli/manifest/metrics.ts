import type { MetricEntry } from '../../connectors/index.ts'
import { type Command, type Invocation, type OptionValues, text } from '../command.ts'

export const metrics: Command = {
  name: 'metrics',
  summary: 'the metric catalogue: what is answered, since when and until when, and what replaces it',
  examples: ['connector metrics --deprecated --as-of 2026-12-01'],
  options: [
    { flags: '--object <object>', description: 'metrics of one object of the catalogue' },
    { flags: '--deprecated', description: 'only those that are no longer answered on the day' },
    { flags: '--as-of <date>', description: 'the day, YYYY-MM-DD; default: today' },
    { flags: '--version <version>', description: 'only those that this version of the API has, such as v26.0' },
    { flags: '--json', description: 'one JSON object per line' },
  ],
  run: async ({ options, io }) => {
    const { printLines } = await import('../output/print-lines.ts')
    const day = await dayOf(options)
    const found = await chosen({ options, io }, day)
    if (options['json'] === true) {
      await printLines(
        io.stdout,
        found.map(({ isOffered, metric }) => JSON.stringify({ ...metric, offered: isOffered })),
      )
      return 0
    }
    const { default: Table } = await import('cli-table3')
    const head = ['object', 'metric', 'validity', 'replacement', 'periods', 'breakdowns']
    const table = new Table({ head, style: { head: [], border: [] } })
    for (const entry of found) table.push(rowOf(entry))
    await printLines(io.stdout, [table.toString(), `${found.length} metrics on ${day}`])
    return 0
  },
}

/** A metric and whether it is answered on the day. */
interface DatedMetric {
  readonly metric: MetricEntry
  readonly isOffered: boolean
}

async function dayOf(options: OptionValues): Promise<string> {
  const { systemClock } = await import('../../framework/clock.ts')
  const { ConfigError } = await import('../../framework/errors.ts')
  const day = text(options, 'asOf') ?? new Date(systemClock.now()).toISOString().slice(0, 10)
  const at = Date.parse(`${day}T00:00:00Z`)
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)) return day
  throw new ConfigError('ERR_FLAG_INVALID', `--as-of ${day}: write a day as YYYY-MM-DD`)
}

async function chosen({ options, io }: Pick<Invocation, 'options' | 'io'>, day: string): Promise<readonly DatedMetric[]> {
  const { installedPackages } = await import('../config/installed.ts')
  const connectors = await installedPackages({ options, io })
  // The packages of one provider share a list.
  const lists = [...new Set(await Promise.all(connectors.flatMap((entry) => entry.metrics?.() ?? [])))]
  const version = await known(
    options,
    'version',
    lists.flatMap(({ versions }) => versions),
  )
  const object = await known(
    options,
    'object',
    lists.flatMap(({ objects }) => objects),
  )
  return lists
    .flatMap((list) => list.metrics.map((metric) => ({ metric, isOffered: list.isOffered(metric, day) })))
    .filter(
      ({ metric, isOffered }) =>
        (object === undefined || metric.object === object) &&
        (version === undefined || numberOf(metric.since_version ?? 'v0') <= numberOf(version)) &&
        (options['deprecated'] !== true || !isOffered),
    )
}

/** What a flag says, when the catalogue has it. Throws ConfigError ERR_FLAG_INVALID. */
async function known(options: OptionValues, flag: 'version' | 'object', names: readonly string[]): Promise<string | undefined> {
  const { ConfigError, suggest } = await import('../../framework/errors.ts')
  const name = text(options, flag)
  if (name === undefined || names.includes(name)) return name
  throw new ConfigError('ERR_FLAG_INVALID', `--${flag} ${name}: not in the catalogue; ${suggest(name, [...new Set(names)])}`)
}

const numberOf = (version: string): number => Number(version.replace(/^v/, ''))

function rowOf({ metric: entry, isOffered }: DatedMetric): string[] {
  const { object, metric, status, removed_on: end, since_version: since, replacement, replacement_note: note, periods, breakdowns } = entry
  const until = isOffered ? (end === undefined ? status : `${status}, until ${end}`) : `refused${end === undefined ? '' : ` since ${end}`}`
  return [
    object,
    metric,
    since === undefined ? until : `${until}; from ${since}`,
    replacementText(replacement, note),
    (periods ?? []).join(', '),
    (breakdowns ?? []).join(', '),
  ]
}

/** Notes may begin with the name that they are about. */
function replacementText(replacement: string | undefined, note: string | undefined): string {
  if (replacement === undefined) return ''
  if (note === undefined) return replacement
  return note.startsWith(replacement) ? note : `${replacement} (${note})`
}
