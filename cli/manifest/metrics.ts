import type { GraphObject, Metric } from '../../connectors/meta/metrics/catalogue.ts'
import type { Command, OptionValues } from '../command.ts'
import { text } from '../command.ts'

const objects = ['ig_user', 'ig_media', 'ig_story', 'fb_page', 'fb_post'] as const satisfies readonly GraphObject[]

export const metrics: Command = {
  name: 'metrics',
  summary: 'the metric catalogue: what is answered, since when and until when, and what replaces it',
  options: [
    { flags: '--object <object>', description: 'metrics of one object', choices: objects },
    { flags: '--deprecated', description: 'only those that are no longer answered on the day' },
    { flags: '--as-of <date>', description: 'the day, YYYY-MM-DD; default: today' },
    { flags: '--version <version>', description: 'only those that this version of the API has, such as v26.0' },
    { flags: '--json', description: 'one JSON object per line' },
  ],
  run: async ({ options, io }) => {
    const { isOffered } = await import('../../connectors/meta/metrics/catalogue.ts')
    const { printLines } = await import('../output/print-lines.ts')
    const day = await dayOf(options)
    const found = await chosen(options, day)
    if (options['json'] === true) {
      await printLines(
        io.stdout,
        found.map((entry) => JSON.stringify({ ...entry, offered: isOffered(entry, day) })),
      )
      return 0
    }
    const { default: Table } = await import('cli-table3')
    const head = ['object', 'metric', 'validity', 'replacement', 'periods', 'breakdowns']
    const table = new Table({ head, style: { head: [], border: [] } })
    for (const entry of found) table.push(await rowOf(entry, day))
    await printLines(io.stdout, [table.toString(), `${found.length} metrics on ${day}`])
    return 0
  },
}

async function dayOf(options: OptionValues): Promise<string> {
  const { systemClock } = await import('../../framework/clock.ts')
  const { ConfigError } = await import('../../framework/errors.ts')
  const day = text(options, 'asOf') ?? new Date(systemClock.now()).toISOString().slice(0, 10)
  const at = Date.parse(`${day}T00:00:00Z`)
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)) return day
  throw new ConfigError('ERR_FLAG_INVALID', `--as-of ${day}: write a day as YYYY-MM-DD`)
}

async function chosen(options: OptionValues, day: string): Promise<readonly Metric[]> {
  const { catalogue, isOffered } = await import('../../connectors/meta/metrics/catalogue.ts')
  const version = await versionOf(options)
  const object = text(options, 'object')
  return catalogue().metrics.filter(
    (entry) =>
      (object === undefined || entry.object === object) &&
      (version === undefined || numberOf(entry.since_version ?? 'v0') <= version) &&
      (options['deprecated'] !== true || !isOffered(entry, day)),
  )
}

async function versionOf(options: OptionValues): Promise<number | undefined> {
  const { catalogue } = await import('../../connectors/meta/metrics/catalogue.ts')
  const { ConfigError, suggest } = await import('../../framework/errors.ts')
  const version = text(options, 'version')
  const known = catalogue().graph_versions
  if (version !== undefined && !known.includes(version)) {
    throw new ConfigError('ERR_FLAG_INVALID', `--version ${version}: not a version of the catalogue; ${suggest(version, known)}`)
  }
  return version === undefined ? undefined : numberOf(version)
}

const numberOf = (version: string): number => Number(version.replace(/^v/, ''))

async function rowOf(entry: Metric, day: string): Promise<string[]> {
  const { isOffered } = await import('../../connectors/meta/metrics/catalogue.ts')
  const { object, metric, status, removed_on: end, since_version: since, replacement, replacement_note: note, periods, breakdowns } = entry
  const until = isOffered(entry, day)
    ? end === undefined
      ? status
      : `${status}, until ${end}`
    : `refused${end === undefined ? '' : ` since ${end}`}`
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
