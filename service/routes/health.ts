import { Hono } from 'hono'
import { metricsText } from '../metrics.ts'
import { countAccounts } from '../page-accounts.ts'
import type { Surroundings } from '../parts.ts'

/** For whoever watches the service. */
export function healthRoutes(around: Surroundings): Hono {
  const routes = new Hono()
  routes.get('/healthz', async (context) => {
    try {
      const accounts = await countAccounts(around.accounts)
      return context.json({ status: 'ok', accounts, running_since: around.runner.runningSince ?? null })
    } catch (thrown) {
      around.logger.log('error', around.redact(`the registry of accounts cannot be read: ${thrown instanceof Error ? thrown.message : ''}`))
      return context.json({ status: 'unavailable', reason: 'the registry of accounts cannot be read' }, 503)
    }
  })
  routes.get('/metrics', async (context) =>
    context.body(await metricsText(around), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  )
  return routes
}
