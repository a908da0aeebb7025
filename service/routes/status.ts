import { Hono } from 'hono'
import type { RouteDependencies } from '../dependencies.ts'
import { statusData } from '../page/status-data.ts'
import { statusPage } from '../page/status-page.ts'
import { style } from '../page/style.ts'
import { knowsPassword } from '../safety.ts'

/** Entries of the log that a page looks at: a month of runs every half hour, and what accounts reported. */
const ENTRIES = 5_000

/** Accounts that the page lists. */
const SHOWN = 500

/** The page for people. */
export function statusRoutes(dependencies: RouteDependencies): Hono {
  const { accounts, runner, clock, secret, connect, version, protectPage, redact } = dependencies
  const routes = new Hono()
  routes.get('/style.css', (context) =>
    context.body(style, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=300' }),
  )
  routes.get('/', async (context) => {
    if (protectPage && !knowsPassword(context, secret)) {
      return context.text('The secret of this service is the password.', 401, {
        'www-authenticate': 'Basic realm="connector", charset="UTF-8"',
      })
    }
    const [list, entries, active, needingLogin, total] = await Promise.all([
      accounts.list({ limit: SHOWN }),
      accounts.logs({ limit: ENTRIES }),
      accounts.count({ statuses: ['active'] }),
      accounts.count({ statuses: ['needs_login'] }),
      accounts.count(),
    ])
    const warnings = [...(dependencies.warnings?.() ?? []), ...(runner.last?.warnings ?? [])].map(redact)
    const data = statusData({
      now: clock.now(),
      accounts: list.slice(0, SHOWN),
      counts: { active, needingLogin, total },
      entries,
      warnings,
      runningSince: runner.runningSince,
      providers: dependencies.sync.providers,
    })
    return context.html(statusPage(data, { version, canConnect: connect !== undefined, canSync: Boolean(secret) }))
  })
  return routes
}
