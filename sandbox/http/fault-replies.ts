import { gzipSync } from 'node:zlib'
import type { Fault } from '../faults/fault.ts'
import type { ActiveFault } from '../faults/faults.ts'
import { PUBLISHING_ERRORS } from '../publishing/errors.ts'
import { baseHeaders, errorReply, type Reply } from '../wire/reply.ts'
import type { GraphRequest } from '../wire/request.ts'
import type { World } from '../world/world.ts'
import type { RequestTarget } from './route.ts'

/** Faults that change the world before the request is looked at. */
export function prepare(fault: Fault, { world, request, target }: { world: World; request: GraphRequest; target: RequestTarget }): void {
  switch (fault.kind) {
    case 'revoke-page':
      given(fault.page ?? target.page, (page) => world.tokens.loseRole(page))
      break
    case 'expire-token':
      given(request.token, (token) => world.tokens.expire(token))
      break
    case 'revoke-account':
      given(fault.account ?? target.account, (account) => world.instagram.revoke(account))
      break
    case 'refuse-media':
      world.instagram.refuse(fault.media, fault.metric)
      break
    case 'hide-media':
      world.instagram.hide(fault.media)
      break
    case 'retire-metric':
      world.catalogue.retire(fault.object, fault.metric)
      break
    case 'slow-container':
      given(target.account, (account) => world.publishing.containers.next(account, { seconds: fault.seconds }))
      break
    case 'fail-container':
      given(target.account, (account) => world.publishing.containers.next(account, { failure: fault.subcode }))
      break
    case 'hide-post':
      given(target.account, (account) => world.instagram.published.hideNext(account, fault.seconds))
      break
    case 'rate-limit':
      given(fault.page, (page) => world.usage.block(`pages:${page}`, fault.minutes))
      if (fault.page === undefined) {
        given(fault.account ?? target.account, (account) => world.usage.block(`instagram:${account}`, fault.minutes))
      }
  }
}

/** Does nothing for a request that belongs to nobody. */
function given(id: string | undefined, act: (id: string) => void): void {
  if (id !== undefined) act(id)
}

/** Metrics that the request must be refused for. */
export function refusedMetrics(faults: readonly ActiveFault[]): ReadonlySet<string> {
  return new Set(faults.flatMap(({ fault }) => (fault.kind === 'refuse-metric' ? [fault.metric] : [])))
}

/** The answer of the first fault that replaces the real one; undefined when there is none. */
export function replacement(faults: readonly ActiveFault[], request: GraphRequest): Reply | undefined {
  for (const { fault } of faults) {
    const reply = replyOf(fault, request)
    if (reply) return reply
  }
  return undefined
}

function replyOf(fault: Fault, request: GraphRequest): Reply | undefined {
  switch (fault.kind) {
    case 'error':
      return errorReply({ ...textOf(fault), ...fault })
    case 'error-in-200':
      return errorReply({ ...fault, status: 200, code: fault.code ?? 190, message: fault.message ?? 'Error validating access token' })
    case 'echo-token':
      return errorReply({ code: fault.code ?? 190, message: `Malformed access token ${request.token ?? ''}` })
    case 'retry-after':
      return withHeader(
        errorReply({ code: 4, status: fault.status ?? 429, message: '(#4) Too many calls' }),
        'retry-after',
        fault.value ?? '1',
      )
    case 'redirect':
      return { status: fault.status ?? 302, headers: { location: fault.location }, body: Buffer.alloc(0) }
    default:
      return bodyOf(fault)
  }
}

/** The documented text where the subcode is one of publishing. */
function textOf({ code, subcode }: { readonly code: number; readonly subcode?: number }) {
  const known = subcode === undefined ? undefined : PUBLISHING_ERRORS[subcode]
  return known?.code === code ? known : { message: `(#${code}) Injected error` }
}

const LOGIN_PAGE = '<!DOCTYPE html><html><head><title>Log in</title></head><body><form id="login">Please log in</form></body></html>'
const BAD_GATEWAY = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'

function bodyOf(fault: Fault): Reply | undefined {
  const headers = baseHeaders()
  switch (fault.kind) {
    case 'html': {
      const status = fault.status ?? 200
      return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: Buffer.from(status < 400 ? LOGIN_PAGE : BAD_GATEWAY) }
    }
    case 'empty':
      return { status: fault.status ?? 200, headers, body: Buffer.alloc(0) }
    case 'body': {
      const type = { 'content-type': fault.contentType ?? headers['content-type'] ?? '' }
      return { status: fault.status ?? 200, headers: { ...headers, ...type }, body: Buffer.from(fault.body) }
    }
    case 'gzip-bomb':
      return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipBomb(fault.megabytes ?? 64) }
    case 'deep-json':
      return { status: 200, headers, body: deepJson(fault.depth ?? 100_000) }
    default:
      return undefined
  }
}

function withHeader(reply: Reply, name: string, value: string): Reply {
  return { ...reply, headers: { ...reply.headers, [name]: value } }
}

/** Valid JSON of mostly spaces. A gzip file may be many members one after the other, so a megabyte is packed once and repeated. */
function gzipBomb(megabytes: number): Buffer {
  const spaces = gzipSync(Buffer.alloc(1_048_576, ' '))
  return Buffer.concat([gzipSync('{"data":['), ...Array.from({ length: megabytes }, () => spaces), gzipSync(']}')])
}

function deepJson(depth: number): Buffer {
  return Buffer.from(`{"data":[${'['.repeat(depth)}${']'.repeat(depth)}]}`)
}
