import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Gets the process while it runs. */
  readonly meanwhile?: (child: ChildProcess) => void | Promise<void>
}

/** Runs the built command line as a user would, both outputs piped. */
export async function runConnector(args: readonly string[], { env = {}, cwd, meanwhile }: RunOptions = {}): Promise<Ended> {
  if (!existsSync(main)) throw new Error('dist/ is missing: `npm test` builds it first')
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|VITEST|CONNECTOR_|FORCE_COLOR)/.test(name)),
  )
  const child = spawn(process.execPath, [main, ...args], { env: { ...clean, ...env }, ...(cwd === undefined ? {} : { cwd }) })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk
  })
  const closed = once(child, 'close')
  await meanwhile?.(child)
  const [code] = await closed
  return { code, stdout, stderr }
}

/** Messages on stdout; throws when a line is no JSON, because stdout carries the protocol and nothing else. */
export function messages(stdout: string): Record<string, never>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** The JSON summary on the last line of stderr. */
export function summaryOf(stderr: string): Readonly<Record<string, unknown>> {
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')
}

/** A folder that lives as long as the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'connector-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a config file and gives its path. */
export function configFile(config: Readonly<Record<string, unknown>>): string {
  const file = join(temporaryFolder(), 'config.json')
  writeFileSync(file, JSON.stringify(config))
  return file
}
