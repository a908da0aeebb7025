import type { Requester } from '../../framework/components/read/requester.ts'
import { type Page, type ReadOptions, type StreamSlice, sliceScope } from '../../framework/components/read/retriever.ts'
import { defined } from '../../framework/defined.ts'
import { ConnectorError } from '../../framework/errors.ts'
import type { Services } from '../../framework/manifest/definition/component.ts'
import { isObject } from '../../framework/protocol/json.ts'
import type { Row } from '../../framework/protocol/messages.ts'
import { checkpointSlice } from '../meta/cursors/memory-cursor.ts'
import { accountOf } from '../meta/graph/account.ts'
import { type CallOutcome, GraphCalls } from '../meta/graph/graph-calls.ts'
import { dataOf } from '../meta/insights/insight-rows.ts'
import { isForbidden } from '../meta/metrics/rejection.ts'
import { type HashtagCheckpoint, noteAsked, planHashtags, readHashtags, writeHashtags } from './hashtag-checkpoint.ts'

export interface HashtagSettings {
  readonly requester: Requester
  readonly fields: readonly string[]
  readonly tags: readonly string[]
  /** Hashtags are there for this login. */
  readonly permitted: boolean
  readonly services: Services
}

const PAGE_SIZE = 50
/** Pages of one list: a busy hashtag has more media in a day than anybody wants. */
const MAX_PAGES = 40
const EDGES = ['recent', 'top'] as const

interface TagList {
  readonly tag: string
  readonly id: string
  readonly list: (typeof EDGES)[number]
  readonly seen: Set<string>
  after: string | undefined
  pages: number
}

/** Reads the hashtags of one account. */
export class HashtagReading {
  readonly #settings: HashtagSettings
  readonly #slice: StreamSlice
  readonly #options: ReadOptions
  readonly #account: string
  readonly #calls: GraphCalls
  #memory: HashtagCheckpoint

  constructor(settings: HashtagSettings, { slice, options }: { slice: StreamSlice; options: ReadOptions }) {
    this.#settings = settings
    this.#slice = slice
    this.#options = options
    this.#account = accountOf(slice.partition.scope).id
    this.#calls = new GraphCalls({ single: settings.requester, batch: undefined, authenticator: undefined }, { slice, options })
    this.#memory = readHashtags(checkpointSlice(slice.window).memory)
  }

  async *pages(): AsyncGenerator<Page> {
    const { tags, permitted, services } = this.#settings
    if (tags.length === 0) {
      yield { rows: [], checkpoint: writeHashtags(this.#memory) }
      return
    }
    if (!permitted) {
      this.#report(
        'error',
        new ConnectorError('ERR_LOGIN_UNFIT', 'hashtags are read with Facebook Login only', { failureType: 'config_error' }),
      )
      return
    }
    const at = Math.floor(services.clock.now() / 1000)
    const { now, waiting, until } = planHashtags(tags, this.#memory, at)
    if (waiting.length > 0) this.#report('warning', quotaFull(waiting, until))
    // Noted before it is asked: what was sent counts, also when its answer is lost.
    this.#memory = noteAsked(this.#memory, { wanted: tags, tags: now, at })
    yield { rows: [], checkpoint: writeHashtags(this.#memory) }
    const lists = await this.#find(now)
    yield* this.#read(lists, at)
  }

  /** Ids of hashtags are looked up once and for all. */
  async #find(tags: readonly string[]): Promise<readonly TagList[]> {
    const unknown = tags.filter((tag) => !this.#memory.ids.has(tag))
    const params = (q: string) => ({ user_id: this.#account, q })
    const outcomes = await this.#calls.many(
      unknown.map((q) => ({ path: 'ig_hashtag_search', params: params(q), accept: (body) => void dataOf(body) })),
    )
    const ids = new Map(this.#memory.ids)
    for (const [index, tag] of unknown.entries()) {
      const outcome = outcomes[index]
      if (!outcome || outcome.error) this.#refused(tag, outcome?.error)
      else {
        const id = dataOf(outcome.body)[0]?.['id']
        if (typeof id === 'string') ids.set(tag, id)
        else this.#report('error', new ConnectorError('ERR_NOT_FOUND', `hashtag ${tag} is unknown`, { failureType: 'config_error' }))
      }
    }
    this.#memory = { ...this.#memory, ids }
    return tags.flatMap((tag) => {
      const id = ids.get(tag)
      return id === undefined ? [] : EDGES.map((list) => ({ tag, id, list, seen: new Set<string>(), after: undefined, pages: 0 }))
    })
  }

  /** The next pages of all lists at the same moment, until none has more. */
  async *#read(lists: readonly TagList[], at: number): AsyncGenerator<Page> {
    for (let open = lists; open.length > 0; ) {
      const outcomes = await this.#calls.many(open.map((entry) => this.#call(entry)))
      const more: TagList[] = []
      const rows: Row[] = []
      for (const [index, entry] of open.entries()) {
        const outcome = outcomes[index]
        if (!outcome || outcome.error) this.#refused(entry.tag, outcome?.error)
        else if (this.#take(entry, outcome, rows)) more.push(entry)
        else this.#memory = { ...this.#memory, read: new Map(this.#memory.read).set(entry.tag, at) }
      }
      yield { rows: this.#transformed(rows), checkpoint: writeHashtags(this.#memory) }
      open = more
    }
  }

  /** Takes the rows of a page; true when there is another one. The cursor is the same on every page, so that only the media tell an end. */
  #take(entry: TagList, { body }: CallOutcome & { body?: unknown }, rows: Row[]): boolean {
    const fresh = dataOf(body).filter(({ id }) => !entry.seen.has(String(id)))
    for (const media of fresh) {
      entry.seen.add(String(media['id']))
      rows.push({ hashtag: entry.tag, hashtag_id: entry.id, list: entry.list, ...media })
    }
    entry.pages += 1
    entry.after = nextOf(body)
    if (entry.after === undefined || fresh.length === 0) return false
    if (entry.pages < MAX_PAGES) return true
    this.#settings.services.report.log('warn', `the ${entry.list} media of #${entry.tag} are cut after ${entry.seen.size}`)
    return false
  }

  #call({ id, list, after }: TagList) {
    const params = { user_id: this.#account, fields: this.#settings.fields.join(','), limit: String(PAGE_SIZE) }
    const path = `${encodeURIComponent(id)}/${list}_media`
    return { path, params: { ...params, ...defined({ after }) }, accept: (body: unknown) => void dataOf(body) }
  }

  #transformed(rows: Row[]): Row[] {
    const scope = sliceScope(this.#slice)
    return rows.map((row) => this.#options.stages.transformations.reduce((current, step) => step.transform(current, scope), row))
  }

  /** A hashtag that is refused leaves the others alone; a right that is missing is the same for all. */
  #refused(tag: string, error: ConnectorError | undefined): void {
    if (!error) return
    const isQuota = error.code === 'ERR_HASHTAG_QUOTA'
    const what = isForbidden(error) ? 'hashtags may not be read' : `hashtag ${tag} is left out`
    const said = `${what} for account ${this.#account}: ${error.message.replace(/ \[fbtrace_id [^\]]*\]/, '')}`
    this.#report(isQuota ? 'warning' : 'error', new ConnectorError(error.code, said, { failureType: 'config_error', cause: error }))
  }

  #report(severity: 'warning' | 'error', error: ConnectorError): void {
    error.context = { account_id: this.#account, stream: this.#options.stream, ...error.context }
    this.#settings.services.report.finding({ severity, error })
  }
}

function nextOf(body: unknown): string | undefined {
  const paging = isObject(body) ? body['paging'] : undefined
  const cursors = isObject(paging) && paging['next'] !== undefined ? paging['cursors'] : undefined
  const after = isObject(cursors) ? cursors['after'] : undefined
  return typeof after === 'string' && after !== '' ? after : undefined
}

function quotaFull(waiting: readonly string[], until: number | undefined): ConnectorError {
  const when = until === undefined ? '' : `; the first may be read from ${new Date(until * 1000).toISOString().slice(0, 16)}Z on`
  const message = `30 different hashtags in seven days are asked for already, these wait: ${waiting.join(', ')}${when}`
  return new ConnectorError('ERR_HASHTAG_QUOTA', message, { failureType: 'config_error' })
}
