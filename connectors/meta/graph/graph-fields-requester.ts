import { type RequestContext, Requester } from '../../../framework/components/read/requester.ts'
import { ConnectorError } from '../../../framework/errors.ts'
import type { HttpResponse } from '../../../framework/http/request.ts'
import { type BuildContext, defineComponent } from '../../../framework/manifest/definition/component.ts'
import { integer, list, optional, slot, string } from '../../../framework/manifest/definition/fields.ts'
import { isObject } from '../../../framework/protocol/json.ts'
import { isForbidden } from '../metrics/rejection.ts'

export const GraphFieldsRequester = defineComponent(Requester, {
  type: 'GraphFieldsRequester',
  summary: 'Asks for fields of a node or an edge; leaves out what the API refuses, and asks for less when it is too much.',
  fields: {
    requester: slot(Requester, { description: 'Sends the request.' }),
    fields: list(string({ description: 'A field, with its own parameters and subfields.' }), { description: 'Fields to ask for.' }),
    optional_fields: optional(
      list(string({ description: 'A field.' }), {
        description: 'Fields that need a further permission: left out for accounts that lack it.',
      }),
    ),
    page_size: optional(integer({ description: 'Records per page; halved when the API says that it is too much data.' })),
  },
  examples: [
    {
      title: 'Posts, with comments where they may be read',
      manifest: {
        type: 'GraphFieldsRequester',
        fields: ['id', 'created_time', 'message'],
        optional_fields: ['comments.summary(true).limit(0)'],
        page_size: 100,
        requester: { type: 'HttpRequester', url_base: 'https://graph.facebook.com/v26.0', path: "{{ account['id'] }}/published_posts" },
      },
    },
  ],
  create: ({ requester, fields, optional_fields = [], page_size }, context) => {
    const refused = new RefusedFields(context)
    const withFields = (request: RequestContext, limit: number | undefined): RequestContext => {
      const asked = [...fields, ...optional_fields].filter((field) => !refused.has(field, accountId(request)))
      const params = { ...request.parts.params, fields: asked.join(','), ...(limit === undefined ? {} : { limit: String(limit) }) }
      return { ...request, parts: { ...request.parts, params }, accept: accepting(request) }
    }
    return {
      method: requester.method,
      properties: requester.properties,
      url: (request) => requester.url(withFields(request, page_size)),
      send: async (request) => {
        for (let limit = page_size; ; ) {
          try {
            return await requester.send(withFields(request, limit))
          } catch (thrown) {
            if (isTooMuch(thrown) && limit !== undefined && limit > 1) limit = Math.floor(limit / 2)
            else if (!refused.learn(thrown, { request, fields: [...fields, ...optional_fields], optional: optional_fields })) throw thrown
          }
        }
      },
    }
  },
})

/** The API answers with a node, which has an id, or with a list; what is neither came to grief on the way. */
function accepting({ accept }: RequestContext): (response: HttpResponse) => void {
  return (response) => {
    accept?.(response)
    const body = response.json()
    if (isObject(body) && (body['id'] !== undefined || Array.isArray(body['data']))) return
    throw new ConnectorError('ERR_DATA_MISSING', "the answer is neither a node with an 'id' nor a list in 'data'", {
      failureType: 'transient_error',
    })
  }
}

function isTooMuch(thrown: unknown): boolean {
  return thrown instanceof ConnectorError && thrown.code === 'ERR_TOO_MUCH_DATA'
}

function accountId({ scope }: RequestContext): string {
  const account = scope['account']
  return isObject(account) && typeof account['id'] === 'string' ? account['id'] : ''
}

interface Asked {
  readonly request: RequestContext
  readonly fields: readonly string[]
  readonly optional: readonly string[]
}

/** Fields that the API refused during this run: everywhere, or for one account. */
export class RefusedFields {
  readonly #everywhere = new Set<string>()
  readonly #accounts = new Set<string>()
  readonly #context: BuildContext

  constructor(context: BuildContext) {
    this.#context = context
  }

  has(field: string, account: string): boolean {
    return this.#everywhere.has(field) || this.#accounts.has(`${account}|${field}`)
  }

  /** Learns from a refusal; true when another try asks for less. */
  learn(thrown: unknown, { request, fields, optional }: Asked): boolean {
    const account = accountId(request)
    const unknown = unknownField(thrown, fields)
    const news =
      unknown === undefined ? optional.filter((field) => !this.has(field, account)) : [unknown].filter((field) => !this.has(field, account))
    if (news.length === 0 || (unknown === undefined && !isForbidden(thrown)) || !(thrown instanceof ConnectorError)) return false
    for (const field of news) {
      if (unknown === undefined) this.#accounts.add(`${account}|${field}`)
      else this.#everywhere.add(field)
    }
    const message = `${news.join(', ')} cannot be read${unknown === undefined ? ` for account ${account}` : ''} and is left out: ${thrown.message}`
    const context = { ...(account === '' ? {} : { account_id: account }) }
    const error = new ConnectorError(thrown.code, message, { failureType: 'config_error', cause: thrown, context })
    this.#context.services.report.finding({ severity: 'warning', error })
    return true
  }
}

/** The asked field that an error text names as nonexisting. */
function unknownField(thrown: unknown, fields: readonly string[]): string | undefined {
  if (!(thrown instanceof ConnectorError) || thrown.code !== 'ERR_FIELD_UNKNOWN') return undefined
  const name = /nonexisting field \((\w+)\)/.exec(thrown.message)?.[1]
  return fields.find((field) => field.split(/[.({]/, 1)[0] === name)
}
