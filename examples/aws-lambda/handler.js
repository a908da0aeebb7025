import { openService } from 'declarative-connector/service'
import { handle } from 'hono/aws-lambda'

/** One per instance. The function's timeout has to be longer than the deadline. */
let service
const open = () => {
  service ??= openService({ maxRequests: 150, deadlineSeconds: 50 })
  return service
}

/** Requests of a function URL or an API gateway, and schedules of EventBridge, which have no method and no path. */
export async function handler(event, context) {
  const { hono, fetch } = await open()
  if (event.source !== 'aws.events' && event.source !== 'aws.scheduler') return handle(hono)(event, context)
  const headers = { authorization: `Bearer ${process.env.CRON_SECRET}` }
  const answer = await fetch(new Request('https://schedule/api/cron/instagram', { method: 'POST', headers }))
  const summary = await answer.json()
  if (!answer.ok) throw new Error(`${summary.error.code}: ${summary.error.message}`)
  return summary
}
