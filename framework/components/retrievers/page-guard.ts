import { createHash } from 'node:crypto'
import { ConnectorError, type ErrorContext } from '../../errors.ts'
import type { HttpResponse } from '../../http/request.ts'
import type { PageToken } from '../paginators/paginator.ts'
import { jsonText } from '../values/value-text.ts'

/** Tokens remembered word for word; longer cycles are found by the milestone. */
const remembered = 4096
const maxEmptyPages = 100

/**
 * Watches the pages of one slice for a source that never ends: a token that comes again, a page that comes again under
 * another token, or an endless run of empty pages. Memory is bounded however long the slice is.
 */
export class PageGuard {
  readonly #context: ErrorContext
  readonly #recent = new Set<string>()
  #milestone = ''
  #steps = 0
  #nextMilestone = 1
  #emptyPages = 0
  #body = ''

  constructor(context: ErrorContext) {
    this.#context = context
  }

  /** Call after a page that has a successor. Throws ConnectorError ERR_PAGINATION_LOOP. */
  check(token: PageToken, page: { readonly response: HttpResponse; readonly rows: number }): void {
    const hash = digest(typeof token === 'object' ? jsonText(token) : String(token))
    this.#emptyPages = page.rows === 0 ? this.#emptyPages + 1 : 0
    if (this.#emptyPages > maxEmptyPages) throw this.#loop(`${this.#emptyPages} empty pages in a row`, hash)
    if (this.#recent.has(hash) || hash === this.#milestone) throw this.#loop('the source gave the same page token again', hash)
    this.#remember(hash)
    if (page.rows === 0) return
    const body = digest(page.response.body)
    if (body === this.#body) throw this.#loop('the source gave the same page again under another token', hash)
    this.#body = body
  }

  /** Brent's algorithm: a milestone at every power of two meets any cycle, however long. */
  #remember(hash: string): void {
    this.#recent.add(hash)
    if (this.#recent.size > remembered) {
      const [oldest] = this.#recent
      if (oldest !== undefined) this.#recent.delete(oldest)
    }
    this.#steps += 1
    if (this.#steps < this.#nextMilestone) return
    this.#milestone = hash
    this.#nextMilestone *= 2
  }

  #loop(what: string, hash: string): ConnectorError {
    const { stream = '', slice } = this.#context
    const where = slice && Object.keys(slice).length > 0 ? ` of slice ${JSON.stringify(slice)}` : ''
    const message = `pagination of stream '${stream}'${where} does not end: ${what} (token hash ${hash}); the slice is given up`
    return new ConnectorError('ERR_PAGINATION_LOOP', message, { context: this.#context })
  }
}

/** 60 bits: enough that no two pages of a slice share it by chance; tokens may be secret, so they are not printed. */
function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 15)
}
