import { Hono } from 'hono'
import type { RouteDependencies, ServiceDependencies } from './dependencies.ts'
import { connectRoutes } from './routes/connect.ts'
import { cronRoutes } from './routes/cron.ts'
import { healthRoutes } from './routes/health.ts'
import { statusRoutes } from './routes/status.ts'
import { SyncRunner } from './runner.ts'
import { answerError, safeHeaders } from './safety.ts'

/** The service as a function of a request: `service.fetch(request)`. `runner` counts what its runs do. */
export function createService(dependencies: ServiceDependencies, runner = new SyncRunner(dependencies.sync, dependencies.clock)): Hono {
  const routeDependencies: RouteDependencies = { ...dependencies, accounts: dependencies.sync.accounts, runner }
  const service = new Hono()
  service.use(safeHeaders(routeDependencies))
  service.onError((error, context) => answerError(error, context, routeDependencies))
  service.notFound((context) => context.json({ error: { code: 'ERR_NOT_FOUND', message: 'there is nothing here' } }, 404))
  service.route('/', healthRoutes(routeDependencies))
  service.route('/', cronRoutes(routeDependencies))
  service.route('/', connectRoutes(routeDependencies))
  service.route('/', statusRoutes(routeDependencies))
  return service
}
