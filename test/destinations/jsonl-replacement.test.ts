import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JsonlFolder, type JsonlFolderOptions } from '../../destinations/jsonl.ts'
import type { Item, Row } from '../../framework/index.ts'
import { from, runOf } from '../conformance/destination.ts'
import { Killed, type KilledFiles, killedAfter } from '../conformance/faulty-files.ts'
import { page, state, streamInfo } from '../conformance/items.ts'

const posts = streamInfo('posts')

function rowsOf(directory: string): Row[] {
  const lines = readFileSync(join(directory, 'posts.jsonl'), 'utf8').split('\n')
  expect(lines.pop()).toBe('')
  return lines.map((line) => ({ id: JSON.parse(line).id }))
}

/** Without what a killed process was about to put into the place of another file. */
const filesOf = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => !name.endsWith('.tmp'))
    .toSorted()

describe.each(['with', 'without'])('a replacement of JSON lines that is killed, %s a registry', (registered) => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'jsonl-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  const old = [{ id: 'old 1' }, { id: 'old 2' }]
  const fresh = [1, 2, 3].map((number) => ({ id: `new ${number}` }))

  /** A refresh that resumes behind the page that its state names, where there is a registry. */
  async function attempt(registry: Map<string, Record<string, unknown>>, process: KilledFiles): Promise<void> {
    const known = registry.get('posts@refresh')
    const replacing = { ...posts, write: { mode: 'replace', refresh: 'r', resumed: known !== undefined } } as const
    const options = { files: process.files, ...(registered === 'with' ? { committed: Object.fromEntries(registry) } : {}) }
    const destination = new JsonlFolder(directory, options)
    try {
      await destination.open(runOf([replacing]))
      const done = destination.lost([replacing]).length > 0 ? 0 : Number(known?.['page'] ?? 0)
      const items = fresh
        .slice(done)
        .flatMap((row, index) => [
          page(replacing, [row]),
          { ...state('posts', { page: done + index + 1 }), stateKey: 'posts@refresh' } as Item,
        ])
      const end = { ...state('posts', { at: 'new' }), completes: replacing } as Item
      for await (const item of destination.write(from([...items, end]))) {
        if (item.type !== 'message' || item.message.type !== 'STATE' || registered !== 'with') continue
        process.step()
        registry.set(item.stateKey ?? 'posts', item.message.state.stream.stream_state)
        process.step()
      }
      await destination.close()
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
    await process.reap()
  }

  async function writeOld(options: JsonlFolderOptions): Promise<void> {
    const destination = new JsonlFolder(directory, options)
    await destination.open(runOf([posts]))
    for await (const _ of destination.write(from([page(posts, old), state('posts', { at: 'old' })])));
    await destination.close()
  }

  it('leaves all old rows or all new ones at every moment, and ends with the new ones', async () => {
    const seen = new Set<string>()
    let survives = 0
    for (let killed = true; killed; survives++) {
      rmSync(directory, { recursive: true })
      await writeOld(registered === 'with' ? { committed: {} } : {})
      const registry = new Map<string, Record<string, unknown>>([['posts', { at: 'old' }]])
      const process = killedAfter(survives)
      await attempt(registry, process)
      killed = process.killed()
      const left = rowsOf(directory)
      seen.add(JSON.stringify(left))
      expect({ survives, left: [old, fresh].some((rows) => JSON.stringify(rows) === JSON.stringify(left)) }).toEqual({
        survives,
        left: true,
      })
      await attempt(registry, killedAfter(Number.POSITIVE_INFINITY))
      expect({ survives, rows: rowsOf(directory) }).toEqual({ survives, rows: fresh })
      expect(filesOf(directory)).toEqual(['.commits.jsonl', 'posts.jsonl'])
    }
    expect([survives > 30, seen.size]).toEqual([true, 2])
  })
})
