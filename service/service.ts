import { Hono } from 'hono'
import type { ServiceParts, Surroundings } from './parts.ts'
import { connectRoutes } from './routes/connect.ts'
import { cronRoutes } from './routes/cron.ts'
import { healthRoutes } from './routes/health.ts'
import { statusRoutes } from './routes/status.ts'
import { SyncRunner } from './runner.ts'
import { answerError, safeHeaders } from './safety.ts'

/** The service as a function of a request: `service.fetch(request)`. `runner` counts what its runs do. */
export function createService(parts: ServiceParts, runner = new SyncRunner(parts.sync, parts.clock)): Hono {
  const around: Surroundings = { ...parts, accounts: parts.sync.accounts, runner }
  const service = new Hono()
  service.use(safeHeaders(around))
  service.onError((error, context) => answerError(error, context, around))
  service.notFound((context) => context.json({ error: { code: 'ERR_NOT_FOUND', message: 'there is nothing here' } }, 404))
  service.route('/', healthRoutes(around))
  service.route('/', cronRoutes(around))
  service.route('/', connectRoutes(around))
  service.route('/', statusRoutes(around))
  return service
}
