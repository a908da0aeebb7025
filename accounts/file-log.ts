import { appendFile, readFile, stat } from 'node:fs/promises'
import { errnoOf, replaceFile, type SyncLogEntry } from '../framework/index.ts'

/** Beyond this the older half of the entries goes. */
const MAX_BYTES = 4 * 1024 * 1024

/** Adds a line; call it under the lock of the registry. */
export async function appendLog(path: string, entry: SyncLogEntry): Promise<void> {
  const size = await stat(path).then(({ size }) => size, nothingIfMissing)
  if (size !== undefined && size > MAX_BYTES) {
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
    await replaceFile(path, `${lines.slice(Math.floor(lines.length / 2)).join('\n')}\n`)
  }
  await appendFile(path, `${JSON.stringify({ ...entry, accountId: entry.accountId ?? null })}\n`, { mode: 0o600 })
}

/** Newest first. The last line may be the half of one, after a crash: it is passed over. */
export async function readLog(path: string, { limit, accountId }: { limit: number; accountId?: string }): Promise<readonly SyncLogEntry[]> {
  const text = (await readFile(path, 'utf8').catch(nothingIfMissing)) ?? ''
  const entries = text.split('\n').flatMap((line) => {
    try {
      const { accountId: account, postsInserted, postsUpdated, insightsWritten, ...entry } = JSON.parse(line)
      // Names that the counters had in earlier logs.
      const counters = { inserted: postsInserted, updated: postsUpdated, written: insightsWritten }
      return [{ ...counters, ...entry, accountId: account ?? undefined } as SyncLogEntry]
    } catch {
      return []
    }
  })
  const wanted = accountId === undefined ? entries : entries.filter((entry) => entry.accountId === accountId)
  const newest = wanted.map((entry, place) => ({ entry, place }))
  newest.sort((a, b) => b.entry.finishedAt.localeCompare(a.entry.finishedAt) || b.place - a.place)
  return newest.slice(0, limit).map(({ entry }) => entry)
}

function nothingIfMissing(thrown: unknown): undefined {
  if (errnoOf(thrown) !== 'ENOENT') throw thrown
  return undefined
}
