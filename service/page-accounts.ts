import type { AccountRecord, AccountRegistry } from '../framework/index.ts'

/** Accounts that are held at once. */
const PAGE = 1_000

/** Every account once, read in pages: syncs may move accounts from one page to another meanwhile. */
export async function* eachAccount(registry: AccountRegistry): AsyncGenerator<AccountRecord> {
  const seen = new Set<string>()
  for (let offset = 0; ; offset += PAGE) {
    const page = await registry.list({ limit: PAGE, offset })
    const fresh = page.filter(({ id }) => !seen.has(id))
    for (const account of fresh) {
      seen.add(account.id)
      yield account
    }
    // A registry that knows no pages gives all at once.
    if (page.length !== PAGE || fresh.length === 0) return
  }
}
