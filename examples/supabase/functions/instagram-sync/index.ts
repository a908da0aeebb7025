// Deno: `npm:` imports come from the registry; the rest is what every platform runs.
import { openService } from 'npm:declarative-connector@0.1.0/service'

const database = Deno.env.get('SUPABASE_DB_URL')
const service = await openService({
  accounts: database,
  output: database,
  maxRequests: 150,
  deadlineSeconds: 100,
  env: Deno.env.toObject(),
})

/** The name of the function stands in front of every path. */
Deno.serve((request: Request) => {
  const url = new URL(request.url)
  url.pathname = url.pathname.replace(/^\/instagram-sync/, '') || '/'
  return service.fetch(new Request(url, request))
})
