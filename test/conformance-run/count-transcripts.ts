import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row } from './count-vectors.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface TestReport {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string; readonly title: string }[] }[]
}

/** The transcripts of the protocol run the built command line, which is what their test does; its results are counted. */
export function countTranscripts(): Row {
  const folder = mkdtempSync(join(tmpdir(), 'connector-conformance-'))
  const file = join(folder, 'report.json')
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const args = [vitest, 'run', 'test/cli/transcripts.test.ts', '--reporter=json', `--outputFile=${file}`]
    spawnSync(process.execPath, args, { cwd: root, stdio: 'ignore' })
    const report: TestReport = JSON.parse(readFileSync(file, 'utf8'))
    const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    const failed = tests.filter(({ status }) => status === 'failed').map(({ title }) => title)
    const passed = tests.filter(({ status }) => status === 'passed').length
    return {
      file: 'protocol_transcripts.json',
      component: 'command line (tests)',
      recorded: tests.length,
      passed,
      failed,
      waived: [],
      leftOut: tests.length - passed - failed.length,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
