import type { AccountFilter, AccountRecord, AccountRegistry } from '../framework/index.ts'

/** Accounts that are held at once. */
const PAGE = 1_000

/** How many accounts there are; a registry that does not count lists them. */
export async function countAccounts(registry: AccountRegistry, filter: AccountFilter = {}): Promise<number> {
  return registry.count ? registry.count(filter) : (await registry.list(filter)).length
}

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
