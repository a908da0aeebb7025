import pc from 'picocolors'
import type { Observation } from '../../framework/components/checks/check.ts'
import { counted, neutralise } from '../output/terminal-text.ts'

export interface DiagnosisRendering {
  readonly title: string
  readonly observations: readonly Observation[]
  readonly colour: boolean
}

const nameWidth = 12

/** One line per observation and a last one that sums up; without a line feed at the end. */
export function renderDiagnosis({ title, observations, colour }: DiagnosisRendering): string {
  const { bold, green, red, yellow } = pc.createColors(colour)
  const marks: Readonly<Record<Observation['status'], string>> = { ok: green('ok     '), warning: yellow('warning'), error: red('error  ') }
  const lines = observations.map(({ check, status, summary }) => `  ${marks[status]}  ${check.padEnd(nameWidth)}  ${neutralise(summary)}`)
  const wanting = observations.filter(({ status }) => status !== 'ok').length
  const end = wanting === 0 ? green('nothing wants attention') : red(`${counted(wanting, 'item')} to attend to`)
  return [bold(neutralise(title)), ...lines, end].join('\n')
}
