import { systemClock } from '../../framework/clock.ts'
import type { AccountRecord } from '../../framework/runtime/ports/account-registry.ts'
import type { TokenProvider } from '../../framework/runtime/ports/token-provider.ts'
import type { Invocation } from '../command.ts'
import { printLines } from '../output/print-lines.ts'
import { wantsColour } from '../output/terminal-text.ts'
import { redactor } from '../redact.ts'
import { accountLine, accountTable } from './output.ts'

/** Rows for people on a terminal, JSON lines otherwise. Nothing secret is in either; they are redacted all the same. */
export async function print({ options, io }: Invocation, lines: readonly unknown[], table: () => string): Promise<void> {
  const texts = options['json'] === true || io.stdout.isTTY !== true ? lines.map((line) => JSON.stringify(line)) : [table()]
  if (texts.length > 0) await printLines(io.stdout, texts.map(redactor.redact))
}

export async function printAccounts(
  invocation: Invocation,
  accounts: readonly AccountRecord[],
  providers: readonly TokenProvider[],
): Promise<void> {
  const now = systemClock.now()
  const lines = accounts.map((account) => accountLine(account, now))
  await print(invocation, lines, () => accountTable(accounts, { now, providers, ...tableOptions(invocation) }))
}

export function tableOptions({ io }: Invocation) {
  return { columns: io.stderr.columns ?? 100, colour: wantsColour(io.stdout, io.env) }
}
