import { fillMarkers } from '../meta/metrics/metric-table.ts'
import { PUBLISH_CODES } from './codes.ts'
import { publishRules } from './error-rules.ts'
import { RULES } from './media/rules.ts'

/** The README of the connector with its tables of codes, errors of the API and rules made from the code. */
export function instagramPublishReadme(text: string): string {
  return fillMarkers(text, { codes: codeTable(), errors: errorTable(), rules: ruleTable() })
}

function codeTable(): string {
  const rows = Object.entries(PUBLISH_CODES).map(([code, { means, advice }]) => [`\`${code}\``, means, advice])
  return table(['code', 'means', 'what to do'], rows)
}

function errorTable(): string {
  const rows = publishRules.map(({ code, subcode, purpose, publish, retryable, doubtful, means }) => [
    `${typeof code === 'number' ? code : code.join(' to ')}${subcode === undefined ? '' : `/${subcode}`}`,
    purpose ?? 'any',
    `\`${publish}\``,
    retryable ? 'yes' : 'no',
    doubtful ? 'yes' : '',
    means,
  ])
  return table(['code/subcode', 'of', 'becomes', 'retryable', 'may be live', 'means'], rows)
}

function ruleTable(): string {
  const rows = Object.entries(RULES).map(([name, { says, severity, refusal }]) => [`\`${name}\``, says, severity, refusal ?? ''])
  return table(['rule', 'says', 'severity', 'the API says'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
