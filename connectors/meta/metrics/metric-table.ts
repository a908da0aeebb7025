import { catalogue, type GraphObject, isAnswered, isDefault, isOffered, isReadElsewhere, type Metric, metricsOf } from './catalogue.ts'

/** Markdown table of the metrics of an object that the API answers on a day, in the order of the catalogue. */
export function metricTable(object: GraphObject, day = catalogue().as_of): string {
  const offered = metricsOf([object]).filter((entry) => isOffered(entry, day) && isAnswered(entry) && !isReadElsewhere(entry))
  const rows = offered.map((entry) => [
    `\`${entry.metric}\``,
    (entry.periods ?? []).join(', '),
    entry.value_kind === 'map' ? 'map' : 'number',
    entry.unit ?? '',
    additive(entry),
    isDefault(entry, day) ? 'yes' : 'when named',
    remarks(entry),
  ])
  return table(['metric', 'periods', 'value', 'unit', 'days add up', 'read', 'remarks'], rows)
}

/** Markdown table of the names that are no longer answered, with what is read in their place. */
export function retiredTable(object: GraphObject, day = catalogue().as_of): string {
  const retired = metricsOf([object]).filter((entry) => !isOffered(entry, day))
  const rows = retired.map((entry) => [
    `\`${entry.metric}\``,
    entry.removed_on ?? 'unknown',
    entry.replacement ? `\`${entry.replacement}\`${noteOf(entry)}` : 'none: left out',
  ])
  return table(['retired name', 'refused since', 'read instead'], rows)
}

/** The text with everything between `<!-- <name> -->` and `<!-- /<name> -->` replaced. Throws when a marker is missing. */
export function fillMarkers(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((current, [name, part]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [start, end] = [current.indexOf(open), current.indexOf(close)]
    if (start < 0 || end < start) throw new TypeError(`the text has no place marked ${open} … ${close}`)
    return `${current.slice(0, start + open.length)}\n${part}\n${current.slice(end)}`
  }, text)
}

function additive({ additive_over_time: adds }: Metric): string {
  if (adds === undefined) return ''
  return adds ? 'yes' : 'no'
}

function remarks({ breakdowns = [], requires_permission: right, min_requirement: least, notes }: Metric): string {
  const parts = [
    ...(breakdowns.length > 0 ? [`by ${breakdowns.join(', ')}`] : []),
    ...(right === undefined ? [] : [`needs ${right}`]),
    ...(least === undefined ? [] : [least]),
    ...(notes === undefined ? [] : [notes]),
  ]
  return parts.join('; ')
}

function noteOf({ replacement, replacement_note: note }: Metric): string {
  return note === undefined || note === replacement ? '' : ` – ${note}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
