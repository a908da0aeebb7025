import { Requester } from '../../../framework/components/read/requester.ts'
import { type ReadOptions, Retriever, type StreamSlice, sliceScope, wholeStream } from '../../../framework/components/read/retriever.ts'
import { defined } from '../../../framework/defined.ts'
import { defineComponent, type Values } from '../../../framework/manifest/definition/component.ts'
import { list, oneOf, optional, slot, string, template } from '../../../framework/manifest/definition/fields.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import type { Row } from '../../../framework/protocol/messages.ts'
import { dataOf } from '../insights/insight-rows.ts'

/** Requests after which the rest of one list of Pages is given up: far more than any business has. */
const MAX_REQUESTS = 200

const fields = {
  login: oneOf(['facebook', 'instagram'], { description: 'The login that this list belongs to.' }),
  login_type: template([], { description: 'The login that the config chose; the list is empty when it is the other one.' }),
  retriever: slot(Retriever, { description: 'Reads Pages, businesses with their Pages, or (Instagram Login) the account itself.' }),
  edges: optional(
    list(string({ description: 'A field.' }), { description: 'Fields of the records that hold lists of Pages, such as owned_pages.' }),
  ),
  more: optional(slot(Requester, { description: 'Reads what does not fit into such a list; its path is `{record}/{field}`.' })),
}

export const InstagramAccountList = defineComponent(Retriever, {
  type: 'InstagramAccountList',
  summary: 'Lists Instagram accounts: those of Pages, with the Page they belong to, or the one of an Instagram Login.',
  fields,
  examples: [
    {
      title: 'Accounts of the Pages of a user',
      manifest: {
        type: 'InstagramAccountList',
        login: 'facebook',
        login_type: "{{ config['login_type'] or 'facebook' }}",
        retriever: {
          type: 'SimpleRetriever',
          requester: {
            type: 'HttpRequester',
            url_base: 'https://graph.facebook.com/v26.0',
            path: 'me/accounts',
            request_parameters: { fields: 'id,name,instagram_business_account{id,username}' },
          },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
        },
      },
    },
  ],
  create: (values) => {
    const chosen = () => String(values.login_type.evaluate({})) === values.login
    return {
      partitioned: false,
      async *partitions(scope) {
        if (chosen()) yield wholeStream(scope)
      },
      async *read(slice, options) {
        for await (const { rows } of values.retriever.read(slice, options)) {
          if (values.login === 'instagram') yield { rows: rows.map(ownAccount) }
          else yield { rows: accountsOfPages(values.edges ? await pagesWithin(rows, { values, slice, options }) : rows) }
        }
      },
    }
  },
})

interface Reading {
  readonly values: Values<typeof fields>
  readonly slice: StreamSlice
  readonly options: ReadOptions
}

/** `user_id` is the id that paths take; `id` is one that only the app knows. */
function ownAccount(row: Row): Row {
  const { user_id: id, id: appScoped, ...rest } = row
  return { ...rest, id: String(id ?? appScoped) }
}

/** Pages without an account are left out. */
function accountsOfPages(pages: readonly Readonly<Record<string, unknown>>[]): Row[] {
  return pages.flatMap((page) => {
    const account = page['instagram_business_account']
    return isObject(account) ? [{ ...account, page_id: page['id'], page_name: page['name'] }] : []
  })
}

async function pagesWithin(records: readonly Row[], reading: Reading): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const pages: Readonly<Record<string, unknown>>[] = []
  for (const record of records) {
    for (const edge of reading.values.edges ?? []) {
      const first = record[edge]
      if (!isObject(first)) continue
      pages.push(...dataOf(first))
      pages.push(...(await rest(first, `${String(record['id'])}/${edge}`, reading)))
    }
  }
  return pages
}

/** What comes after the part of a list that stands inside its record. */
async function rest(
  first: Readonly<Record<string, unknown>>,
  path: string,
  { values, slice, options }: Reading,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const pages: Readonly<Record<string, unknown>>[] = []
  const seen = new Set<string>()
  for (let after = cursorOf(first); after !== undefined && values.more && !seen.has(after) && seen.size < MAX_REQUESTS; ) {
    seen.add(after)
    const { stream, signal } = options
    const request = { scope: sliceScope(slice), path, parts: { params: { after } }, stream, ...defined({ signal }) }
    const body = (await values.more.send(request)).response.json()
    pages.push(...dataOf(body))
    after = isObject(body) ? cursorOf(body) : undefined
  }
  return pages
}

/** undefined at the end of a list. */
function cursorOf({ paging }: Readonly<Record<string, unknown>>): string | undefined {
  if (!isObject(paging) || paging['next'] === undefined || !isObject(paging['cursors'])) return undefined
  const { after } = paging['cursors']
  return typeof after === 'string' ? after : undefined
}
