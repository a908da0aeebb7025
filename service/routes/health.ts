import { Hono } from 'hono'
import type { RouteDependencies } from '../dependencies.ts'
import { metricsText } from '../metrics.ts'

/** For monitoring of the service. */
export function healthRoutes(dependencies: RouteDependencies): Hono {
  const routes = new Hono()
  routes.get('/healthz', async (context) => {
    try {
      const accounts = await dependencies.accounts.count()
      return context.json({ status: 'ok', accounts, running_since: dependencies.runner.runningSince ?? null })
    } catch (thrown) {
      dependencies.logger.log(
        'error',
        dependencies.redact(`the registry of accounts cannot be read: ${thrown instanceof Error ? thrown.message : ''}`),
      )
      return context.json({ status: 'unavailable', reason: 'the registry of accounts cannot be read' }, 503)
    }
  })
  routes.get('/metrics', async (context) =>
    context.body(await metricsText(dependencies), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  )
  return routes
}
