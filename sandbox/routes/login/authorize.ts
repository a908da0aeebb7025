import type { Host } from '../../hosts.ts'
import { ALL_SCOPES, INSTAGRAM_SCOPES } from '../../tokens/token.ts'
import type { Reply } from '../../wire/reply.ts'
import type { GraphRequest } from '../../wire/request.ts'
import type { World } from '../../world/world.ts'
import type { AppRoute } from './oauth.ts'

/** The pages of www.facebook.com and www.instagram.com where a person allows the app. Nobody has to press a button here. */
export const authorizeRoutes: readonly AppRoute[] = [
  { host: 'facebook', path: '/dialog/oauth', reply: (world, request) => authorize(world, request, 'facebook') },
  { host: 'instagram', path: '/oauth/authorize', reply: (world, request) => authorize(world, request, 'instagram') },
]

/** Leads back to the app with a code, or with the refusal of the person. A call that is wrong in itself gets a page, no redirect. */
function authorize(world: World, { params }: GraphRequest, host: Host): Reply {
  const redirectUri = params.get('redirect_uri')
  const problem = problemOf(world, params)
  if (problem !== undefined || redirectUri === undefined) return page(problem ?? 'The parameter redirect_uri is required.')
  const target = new URL(redirectUri)
  const plan = world.logins.decide()
  const state = params.get('state')
  const answer = plan.deny ? denial(host) : { code: codeFor(world, { params, host, redirectUri, plan }) }
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value)
  if (state !== undefined) target.searchParams.set('state', state)
  // Both sites put a fragment behind it that is no part of code or state.
  target.hash = host === 'instagram' ? '_' : '_=_'
  return { status: 302, headers: { location: target.href, 'cache-control': 'no-store' }, body: Buffer.alloc(0) }
}

function problemOf(world: World, params: ReadonlyMap<string, string>): string | undefined {
  if (params.get('client_id') !== world.settings.appId) return 'Invalid app ID: the app ID provided does not look valid.'
  if (!URL.canParse(params.get('redirect_uri') ?? '')) return 'The redirect_uri is not an absolute URL.'
  if ((params.get('response_type') ?? 'code') !== 'code') return 'The response_type must be code.'
  return undefined
}

interface Login {
  readonly params: ReadonlyMap<string, string>
  readonly host: Host
  readonly redirectUri: string
  readonly plan: ReturnType<World['logins']['decide']>
}

/** With a configuration id instead of scopes the app gets all that it has. */
function codeFor(world: World, { params, host, redirectUri, plan }: Login): string {
  const known = host === 'instagram' ? INSTAGRAM_SCOPES : ALL_SCOPES
  const asked = params.get('scope')?.split(/[\s,]+/) ?? known
  const scopes = known.filter((scope) => asked.includes(scope) && (plan.scopes?.includes(scope) ?? true))
  const account = host === 'instagram' ? (plan.account ?? world.instagram.accounts[0]) : undefined
  return world.logins.issue({ host, redirectUri, scopes, account })
}

function denial(host: Host): Record<string, string> {
  const reason = { error: 'access_denied', error_reason: 'user_denied' }
  return host === 'instagram'
    ? { ...reason, error_description: 'The user denied your request.' }
    : { ...reason, error_code: '200', error_description: 'Permissions error' }
}

function page(text: string): Reply {
  const body = `<!DOCTYPE html><html><head><title>Error</title></head><body><p>${text}</p></body></html>`
  return { status: 400, headers: { 'content-type': 'text/html; charset=utf-8' }, body: Buffer.from(body) }
}
