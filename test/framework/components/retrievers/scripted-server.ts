import nock from 'nock'
import { type Input, recordOf } from '../check-vectors.ts'

export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Answer = [status: number, body: string | Buffer, headers: Record<string, string>]

/** Answers every request, whatever its host, and writes it down. */
export function serve(answer: (request: Received, count: number) => Answer): Received[] {
  const received: Received[] = []
  const scope = nock(/.*/).persist()
  for (const method of ['get', 'post', 'put', 'delete'] as const) {
    scope[method](/.*/).reply(function (uri) {
      const { headers } = this.req
      // As it came: nock's own reading of the body loses digits.
      const request = { method: method.toUpperCase(), url: `https://${headers['host']}${uri}`, headers, body: rawBody(this.req) }
      received.push(request)
      return answer(request, received.length)
    })
  }
  return received
}

/** Answers by the first route that fits; a route's answers come in order, the last one again and again. Other requests get a 404. */
export function serveRoutes(routes: readonly Input[]): Received[] {
  const used = new Map<Input, number>()
  return serve(({ method, url }) => {
    const route = routes.find((candidate) => fits(candidate, method, new URL(url)))
    return route ? answerOf(nextAnswer(route, used)) : [404, '{}', {}]
  })
}

/** nock keeps the body on the request, but does not say so in its types. */
function rawBody(request: object): string {
  return 'requestBodyBuffers' in request ? Buffer.concat(request.requestBodyBuffers as Buffer[]).toString() : ''
}

function nextAnswer(route: Input, used: Map<Input, number>): Input {
  const answers = route['responses'] as readonly Input[]
  const count = used.get(route) ?? 0
  used.set(route, count + 1)
  return answers[Math.min(count, answers.length - 1)] ?? {}
}

function fits(route: Input, method: string, url: URL): boolean {
  const query = Object.entries(recordOf(route['query_contains']))
  return (
    (route['method'] === undefined || route['method'] === method) &&
    (route['path'] === url.pathname || route['path'] === url.href) &&
    query.every(([name, value]) => url.searchParams.get(name) === String(value))
  )
}

function answerOf({ status, body, text, headers }: Input): Answer {
  return [Number(status ?? 200), text === undefined ? JSON.stringify(body) : String(text), recordOf(headers) as Record<string, string>]
}
