import { readFileSync } from 'node:fs'
import { type ImportOutcome, type ImportRow, importAccounts, readUserTokens } from '../../accounts/import-accounts.ts'
import { storageUrl } from '../../compose/storage-url.ts'
import { systemClock } from '../../framework/clock.ts'
import { readCsv } from '../../framework/components/decoders/csv.ts'
import { ConfigError } from '../../framework/errors.ts'
import { parseJson } from '../../framework/http/json.ts'
import { secretStores } from '../../framework/manifest/secrets.ts'
import { isObject } from '../../framework/protocol/json.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import { type Invocation, text } from '../command.ts'
import { redactor, secretContextOf } from '../redact.ts'
import { openAccounts, openProviders } from './access.ts'
import { printAccounts } from './print.ts'

/** 1 when some rows could not be used; they are reported on stderr. */
export async function importFrom(invocation: Invocation): Promise<ExitCode> {
  const { io } = invocation
  const rows = await readRows(invocation)
  const providers = await openProviders(invocation)
  await using registry = await openAccounts(invocation, providers)
  const login = text(invocation.options, 'login')
  const options = { registry, providers, stores: secretStores(io.env), secret: redactor.secret, ...(login ? { login } : {}) }
  const outcomes = await importAccounts(rows, options)
  await printAccounts(
    invocation,
    outcomes.flatMap((outcome) => ('account' in outcome ? [outcome.account] : [])),
    providers,
  )
  for (const outcome of outcomes) reportFailure(outcome, invocation)
  return outcomes.some((outcome) => 'error' in outcome) ? 1 : 0
}

function reportFailure(outcome: ImportOutcome, { io }: Invocation): void {
  if ('error' in outcome) io.stderr.write(`${redactor.redact(outcome.error.message)}\n`)
}

async function readRows({ options, io }: Invocation): Promise<readonly ImportRow[]> {
  const [file, url] = [text(options, 'input'), text(options, 'userTokens')]
  if ((file === undefined) === (url === undefined)) {
    throw new ConfigError('ERR_FLAG_MISSING', 'import needs --input FILE (- is stdin) or --user-tokens postgres://…')
  }
  if (url !== undefined) return readUserTokens(storageUrl(url, secretContextOf(io)), { clock: systemClock })
  return parseRows(readInput(file ?? '-'), file ?? '-')
}

function readInput(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '')
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    throw new ConfigError('ERR_IMPORT_UNREADABLE', `${file} cannot be read (${reason})`, { cause })
  }
}

/** A JSON list, JSON lines, or CSV whose first row names the columns. Errors do not repeat the text: tokens stand in it. */
function parseRows(content: string, file: string): readonly ImportRow[] {
  const start = content.trimStart()[0]
  const rows = start === '[' ? json(content, file) : start === '{' ? jsonLines(content, file) : csv(content, file)
  if (!Array.isArray(rows) || !rows.every((row) => isObject(row))) {
    throw new ConfigError('ERR_IMPORT_UNREADABLE', `${file} must be a list of objects`)
  }
  return rows
}

/** Ids beyond 2^53 that are written as numbers keep their digits. */
function json(content: string, file: string): unknown {
  try {
    return parseJson(content)
  } catch {
    throw new ConfigError('ERR_IMPORT_UNREADABLE', `${file} is not valid JSON`)
  }
}

function jsonLines(content: string, file: string): readonly unknown[] {
  const lines = content.split(/\r?\n/).map((line, index) => ({ line, number: index + 1 }))
  return lines.filter(({ line }) => line.trim() !== '').map(({ line, number }) => json(line, `${file}:${number}`))
}

function csv(content: string, file: string): readonly ImportRow[] {
  const [head, ...rows] = [...readCsv(content, content.split('\n', 1)[0]?.includes(';') ? ';' : ',')]
  if (!head) throw new ConfigError('ERR_IMPORT_UNREADABLE', `${file} is empty`)
  const names = head.map((name) => name.trim().toLowerCase())
  return rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])))
}
