import { defined } from '../defined.ts'
import type { ActiveFault } from '../faults/faults.ts'
import { runBatch } from '../wire/batch.ts'
import { visibleQuery } from '../wire/log.ts'
import { baseHeaders, type Reply } from '../wire/reply.ts'
import type { GraphRequest } from '../wire/request.ts'
import type { World } from '../world/world.ts'
import { answer } from './answer.ts'
import { alterListing } from './fault-listing.ts'
import { prepare, refusedMetrics, replacement } from './fault-replies.ts'
import { locate, type RequestTarget } from './route.ts'

/** A request, what it came to, and the faults that still have to be done to its bytes. */
export interface Exchange {
  readonly request: GraphRequest
  readonly target: RequestTarget
  readonly reply: Reply
  readonly faults: readonly ActiveFault[]
}

/** Answers a request with the faults that change what is said. Those that change how it is sent are left to the sender. */
export function exchange(world: World, request: GraphRequest): Exchange {
  const target = locate(world, request)
  const faults = world.faults.take(request, target)
  for (const { fault } of faults) prepare(fault, { world, request, target })
  const replaced = replacement(faults, request)
  const work = () =>
    answer({
      world,
      request,
      target,
      refusedMetrics: refusedMetrics(faults),
      runBatch: (items, token) => runBatch(request, { items, token, run: (item) => runItem(world, item) }),
    })
  const done = isDone(faults, replaced) ? work() : undefined
  const reply = replaced ?? done ?? unheard()
  return { request, target, faults, reply: faults.reduce((current, fault) => alterListing(current, fault, { world, request }), reply) }
}

/** Whether the request reaches the API: by the first fault that says so, else unless the answer is replaced. */
function isDone(faults: readonly ActiveFault[], replaced: Reply | undefined): boolean {
  const told = faults.find(({ fault }) => fault.work !== undefined)?.fault.work
  return told === undefined ? replaced === undefined : told === 'done'
}

/** The answer of a request that was lost on the way; such faults cut the connection before anything of it is sent. */
function unheard(): Reply {
  return { status: 502, headers: baseHeaders(), body: Buffer.alloc(0) }
}

function runItem(world: World, request: GraphRequest): Reply | null {
  const done = exchange(world, request)
  const dropped = done.faults.some(({ fault }) => fault.kind === 'null-batch-item')
  record(world, done, dropped ? 0 : done.reply.status)
  return dropped ? null : done.reply
}

/** Writes the line of a finished exchange into the log. */
export function record(world: World, { request, target, faults }: Exchange, status: number): void {
  const version = request.version === undefined ? '' : `/v${request.version}.0`
  const entry = {
    at: world.clock.now(),
    host: request.host,
    method: request.method,
    path: version + request.path,
    route: target.routeName,
    query: visibleQuery(request),
    tokenIn: request.tokenPlace,
    status,
    ...defined({ page: target.page, account: target.account }),
    faults: faults.map(({ fault }) => fault.kind),
    inBatch: request.inBatch,
  }
  world.log.add(entry)
  world.settings.logger?.info(entry, `${entry.method} ${entry.path} ${status}`)
}
