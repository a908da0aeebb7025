import { appsOf } from '../../accounts/app-credentials.ts'
import type { GraphAccess, GraphHosts } from '../../accounts/graph.ts'
import { openAccountRegistry } from '../../accounts/open.ts'
import { accountRegistryForms } from '../../accounts/url-forms.ts'
import { storageUrl } from '../../compose/storage-url.ts'
import { version } from '../../compose/version.ts'
import { systemClock } from '../../framework/clock.ts'
import { ConfigError } from '../../framework/errors.ts'
import { createHttpClient } from '../../framework/http/create-client.ts'
import { readReference, secretStores } from '../../framework/manifest/secrets.ts'
import type { AccountRegistry } from '../../framework/runtime/ports/account-registry.ts'
import { formsText } from '../../framework/url-forms.ts'
import { type Invocation, type OptionValues, text, texts } from '../command.ts'
import { redactor } from '../redact.ts'
import { openLog } from '../session.ts'

/** The registry of `--accounts`, closed when the command is over. */
export async function openAccounts({ options, io }: Invocation): Promise<AccountRegistry & AsyncDisposable> {
  const given = text(options, 'accounts') ?? (io.env['CONNECTOR_ACCOUNTS'] ? 'env:CONNECTOR_ACCOUNTS' : undefined)
  if (given === undefined)
    throw new ConfigError('ERR_FLAG_MISSING', `--accounts is missing: ${formsText(accountRegistryForms, 'env:NAME')}`)
  const oldKeys = texts(options, 'oldKey')
  const key = text(options, 'key')
  const registry = await openAccountRegistry(storageUrl(given, { env: io.env, redactor }), {
    clock: systemClock,
    env: io.env,
    secret: redactor.secret,
    ...(key === undefined ? {} : { key: reference(key, '--key', io.env) }),
    ...(oldKeys.length === 0 ? {} : { oldKeys: oldKeys.map((old) => reference(old, '--old-key', io.env)) }),
    ...(options['plainTextTokens'] === true ? { plainText: 'allowed' } : {}),
  })
  return Object.assign(registry, { [Symbol.asyncDispose]: () => registry.close() })
}

/** A secret is no argument: other users of the machine see those. */
export function reference(given: string, flag: string, env: Invocation['io']['env']): string {
  if (readReference(given, secretStores(env))) return given
  redactor.secret(given)
  throw new ConfigError('ERR_FLAG_INVALID', `${flag} takes a reference (env:NAME, file:PATH, aws-sm://NAME#KEY), never the secret itself`)
}

/** How the provider is asked; the client is closed when the command is over. */
export async function openGraph(invocation: Invocation): Promise<GraphAccess & Disposable> {
  const { options, io } = invocation
  const { logger } = await openLog(invocation)
  const hosts = hostsOf(options)
  const apps = await appsOf({ env: io.env, clock: systemClock, secret: redactor.secret })
  const http = createHttpClient({
    clock: systemClock,
    redactor,
    report: {
      log: logger.log,
      finding: ({ severity, error }) => logger.log(severity === 'error' ? 'error' : 'warn', error.message),
      rateLimited: ({ seconds }) => logger.log('info', `waiting ${Math.round(seconds)} s for the provider`),
    },
    allowedOrigins: [
      'graph.facebook.com',
      'graph.instagram.com',
      'api.instagram.com',
      ...Object.values(hosts).map((url) => new URL(url).origin),
    ],
    patienceSeconds: 60,
    userAgent: `connector/${version()}`,
    signal: io.signal,
  })
  const apiVersion = text(options, 'apiVersion')
  const access: GraphAccess = { http, clock: systemClock, hosts, apps, ...(apiVersion === undefined ? {} : { version: apiVersion }) }
  return { ...access, [Symbol.dispose]: () => http.close() }
}

function hostsOf(options: OptionValues): Partial<GraphHosts> {
  const given = { facebook: text(options, 'baseUrl'), instagram: text(options, 'instagramBaseUrl') }
  for (const [login, url] of Object.entries(given)) {
    if (url === undefined || (URL.canParse(url) && /^https?:/.test(url))) continue
    throw new ConfigError('ERR_FLAG_INVALID', `the base URL of ${login} is no http(s) URL`)
  }
  const { facebook, instagram } = given
  return { ...(facebook === undefined ? {} : { facebook }), ...(instagram === undefined ? {} : { instagram }) }
}
