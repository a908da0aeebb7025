import { appsOf } from '../../accounts/app-credentials.ts'
import { openAccountRegistry } from '../../accounts/open.ts'
import { accountRegistryForms } from '../../accounts/url-forms.ts'
import { tokenProvidersOf } from '../../compose/packages.ts'
import { storageUrl } from '../../compose/storage-url.ts'
import { version } from '../../compose/version.ts'
import { systemClock } from '../../framework/clock.ts'
import { ConfigError } from '../../framework/errors.ts'
import { createHttpClient } from '../../framework/http/create-client.ts'
import type { Config } from '../../framework/manifest/definition/component.ts'
import { readReference, secretStores } from '../../framework/manifest/secrets.ts'
import { silentReporter } from '../../framework/report.ts'
import type { AccountRegistry } from '../../framework/runtime/ports/account-registry.ts'
import type { TokenAccess, TokenProvider } from '../../framework/runtime/ports/token-provider.ts'
import { formsText } from '../../framework/url-forms.ts'
import { type Invocation, type OptionValues, text, texts } from '../command.ts'
import { installedPackages } from '../config/installed.ts'
import { redactor, secretContextOf } from '../redact.ts'
import { openLog } from '../session.ts'

/** Who keeps tokens alive: the providers of all connectors, those of `--packages` included. */
export async function openProviders(invocation: Invocation): Promise<readonly TokenProvider[]> {
  return tokenProvidersOf(await installedPackages(invocation))
}

/** The registry of `--accounts`, closed when the command is over. */
export async function openAccounts(
  { options, io }: Invocation,
  providers: readonly TokenProvider[],
): Promise<AccountRegistry & AsyncDisposable> {
  const given = text(options, 'accounts') ?? (io.env['CONNECTOR_ACCOUNTS'] ? 'env:CONNECTOR_ACCOUNTS' : undefined)
  if (given === undefined)
    throw new ConfigError('ERR_FLAG_MISSING', `--accounts is missing: ${formsText(accountRegistryForms, 'env:NAME')}`)
  const oldKeys = texts(options, 'oldKey')
  const key = text(options, 'key')
  const registry = await openAccountRegistry(storageUrl(given, secretContextOf(io)), {
    clock: systemClock,
    env: io.env,
    secret: redactor.secret,
    providers,
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

/** How providers are asked; the client is closed when the command is over. */
export interface ProviderAccess extends Disposable {
  of(provider: TokenProvider): TokenAccess
}

export async function openAccess(invocation: Invocation, providers: readonly TokenProvider[]): Promise<ProviderAccess> {
  const { options, io } = invocation
  const { logger } = await openLog(invocation)
  const config = placesOf(options)
  const apps = await appsOf(providers, { env: io.env, clock: systemClock, secret: redactor.secret })
  const urls = providers.flatMap((provider) => Object.values({ ...provider.hosts, ...provider.placesOf(config).hosts }))
  const http = createHttpClient({
    clock: systemClock,
    redactor,
    report: {
      ...silentReporter,
      log: logger.log,
      finding: ({ severity, error }) => logger.log(severity === 'error' ? 'error' : 'warn', error.message),
      rateLimited: ({ seconds }) => logger.log('info', `waiting ${Math.round(seconds)} s for the provider`),
    },
    allowedOrigins: urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin])),
    patienceSeconds: 60,
    userAgent: `connector/${version()}`,
    signal: io.signal,
  })
  return {
    of: (provider) => ({ http, clock: systemClock, apps, ...provider.placesOf(config) }),
    [Symbol.dispose]: () => http.close(),
  }
}

/** Flags that stand for fields of a connector's config; a provider takes its own out of them. */
function placesOf(options: OptionValues): Config {
  const urls = { base_url: text(options, 'baseUrl'), instagram_base_url: text(options, 'instagramBaseUrl') }
  for (const [field, url] of Object.entries(urls)) {
    if (url === undefined || (URL.canParse(url) && /^https?:/.test(url))) continue
    throw new ConfigError('ERR_FLAG_INVALID', `--${field.replaceAll('_', '-')} must be an http(s) URL`)
  }
  return { ...urls, api_version: text(options, 'apiVersion') }
}
