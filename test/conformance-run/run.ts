import { existsSync } from 'node:fs'
import { corpusFolder, vectorsFolder } from '../shared.ts'
import { readCassettes } from './cassettes.ts'
import { readCorpus } from './corpus.ts'
import { countManifests, countStreams } from './count-streams.ts'
import { countTranscripts } from './count-transcripts.ts'
import { countVectors, type Row } from './count-vectors.ts'

const columns = ['file', 'component', 'recorded', 'passed', 'failed', 'waived', 'left out'] as const

/** Everything that was recorded, run against this checkout. Gives the exit code: 1 when anything differs that no waiver explains. */
export async function run({ json }: { readonly json: boolean }): Promise<number> {
  if (!vectorsFolder || !corpusFolder) {
    console.error('no vectors: say where they are with --vectors DIR and --corpus DIR')
    return 2
  }
  const missing = [vectorsFolder, corpusFolder].find((folder) => !existsSync(folder))
  if (missing !== undefined) {
    console.error(`there is no folder ${missing}`)
    return 2
  }
  const cassettes = readCassettes(vectorsFolder)
  const manifests = await readCorpus(corpusFolder, vectorsFolder, cassettes)
  const rows = [
    ...(await countVectors()),
    countTranscripts(),
    ...(await countStreams(cassettes, corpusFolder, manifests)),
    countManifests(manifests),
  ]
  if (json) console.log(JSON.stringify(rows, null, 2))
  else print(rows)
  return rows.some(({ failed }) => failed.length > 0) ? 1 : 0
}

function print(rows: readonly Row[]): void {
  console.log(`| ${columns.join(' | ')} |\n|---|---|--:|--:|--:|--:|--:|`)
  for (const row of rows) console.log(line(row))
  const vectors = rows.filter(({ file }) => file.endsWith('.json'))
  console.log(line(total('all vectors', vectors)))
  const failures = rows.flatMap(({ file, failed }) => failed.map((failure) => `${file} ${failure}`))
  if (failures.length > 0) console.log(`\nfailed:\n${failures.map((failure) => `- ${failure.slice(0, 500)}`).join('\n')}`)
  const reasons = new Map<string, number>()
  for (const reason of rows.flatMap(({ waived }) => waived)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  if (reasons.size > 0) console.log(`\nwaived:\n${[...reasons].map(([reason, count]) => `- ${count} × ${reason}`).join('\n')}`)
}

function line({ file, component, recorded, passed, failed, waived, leftOut }: Row): string {
  return `| ${[file, component, recorded, passed, failed.length, waived.length, leftOut].join(' | ')} |`
}

function total(component: string, rows: readonly Row[]): Row {
  const sum = (pick: (row: Row) => number) => rows.reduce((whole, row) => whole + pick(row), 0)
  return {
    ...{ file: '', component, recorded: sum(({ recorded }) => recorded), passed: sum(({ passed }) => passed) },
    ...{
      failed: rows.flatMap(({ failed }) => failed),
      waived: rows.flatMap(({ waived }) => waived),
      leftOut: sum(({ leftOut }) => leftOut),
    },
  }
}
