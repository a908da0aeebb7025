import { openService } from 'declarative-connector/service'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'
/** Seconds; the run stops in good order before. */
export const maxDuration = 60

/** One per instance: registries and connector are opened once. */
let service

async function handle(request) {
  service ??= openService({ maxRequests: 150, deadlineSeconds: 50, minAgeSeconds: 600 })
  const { fetch } = await service
  return fetch(request)
}

export { handle as GET, handle as POST }
