import { type Context, Hono } from 'hono'
import type { RouteDependencies } from '../dependencies.ts'
import type { RunOptions } from '../runner.ts'
import { requireBearer, requireSecret } from '../safety.ts'

const DEADLINE_SECONDS = 50
/** Name that schedulers know from before a service had more than one recipe: whichever the service was started with. */
const OWN_RECIPE = 'instagram'

/** Runs that a scheduler or a person starts. Answers the summary; 409 while another run is in progress, here or elsewhere. */
export function cronRoutes(dependencies: RouteDependencies): Hono {
  const { runner, redact, deadlineSeconds = DEADLINE_SECONDS } = dependencies
  const routes = new Hono()
  const sync = async (context: Context, what: Pick<RunOptions, 'only' | 'recipeName'> = {}) => {
    const summary = await runner.run({ deadlineSeconds, ...what })
    return context.body(redact(JSON.stringify(summary)), 200, { 'content-type': 'application/json' })
  }
  routes.on(['GET', 'POST'], '/api/cron/:recipe', (context) => {
    requireBearer(context, dependencies)
    const recipeName = context.req.param('recipe')
    return sync(context, recipeName === OWN_RECIPE ? {} : { recipeName })
  })
  routes.post('/api/accounts/:id/sync', async (context) => {
    requireBearer(context, dependencies)
    return sync(context, { only: context.req.param('id') })
  })
  // For the form on the status page, which has no scripts to set a header.
  routes.post('/sync', async (context) => {
    const form = await context.req.parseBody()
    requireSecret(form['secret'], dependencies.secret)
    const account = form['account']
    await runner.run({ deadlineSeconds, ...(typeof account === 'string' && account !== '' ? { only: account } : {}) })
    return context.redirect('/#history', 303)
  })
  return routes
}
