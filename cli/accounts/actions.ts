import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { unknownAccount } from '../../accounts/account-errors.ts'
import { appVariables } from '../../accounts/app-credentials.ts'
import { inspectToken, registerAccounts } from '../../accounts/connect.ts'
import { type RefreshOutcome, refreshToken, type TokenLife } from '../../accounts/refresh.ts'
import { loginNamed, providerOf } from '../../accounts/token-providers.ts'
import { defined } from '../../framework/defined.ts'
import { ConfigError } from '../../framework/errors.ts'
import { resolveReference, secretStores } from '../../framework/manifest/secrets.ts'
import type { AccountRecord } from '../../framework/runtime/ports/account-registry.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import type { TokenProvider } from '../../framework/runtime/ports/token-provider.ts'
import { type Invocation, text } from '../command.ts'
import { wholeNumber } from '../output/numbers.ts'
import { redactor } from '../redact.ts'
import { openAccess, openAccounts, openProviders, reference } from './access.ts'
import { outcomeLine, outcomeTable } from './output.ts'
import { print, printAccounts, tableOptions } from './print.ts'

export { importFrom } from './import.ts'

export async function list(invocation: Invocation): Promise<ExitCode> {
  const providers = await openProviders(invocation)
  await using registry = await openAccounts(invocation, providers)
  await printAccounts(invocation, await registry.list(), providers)
  return 0
}

export async function add(invocation: Invocation): Promise<ExitCode> {
  const { options, io } = invocation
  const given = text(options, 'token')
  const tokenReference = given === undefined ? undefined : reference(given, '--token', io.env)
  const token = await tokenFrom(tokenReference, io.env)
  redactor.secret(token)
  const providers = await openProviders(invocation)
  await using registry = await openAccounts(invocation, providers)
  using access = await openAccess(invocation, providers)
  const login = text(options, 'login')
  const provider = whose(token, { providers, login, named: text(options, 'provider') })
  const connected = await inspectToken(provider, access.of(provider), { token, login, wanted: text(options, 'account') })
  const [owner, priority] = [text(options, 'owner'), wholeNumber(options, 'priority')]
  const saved = await registerAccounts(registry, provider, {
    ...connected,
    ...defined({ owner, priority, tokenReference }),
  })
  await printAccounts(invocation, saved, providers)
  return 0
}

interface Naming {
  readonly providers: readonly TokenProvider[]
  readonly login: string | undefined
  readonly named: string | undefined
}

/** By name, by the form of the token, by the login; the first provider otherwise. */
function whose(token: string, { providers, login, named }: Naming): TokenProvider {
  if (named !== undefined) return providerOf(providers, named)
  const recognised = providers.find(({ loginOf }) => loginOf(token) !== undefined)
  if (recognised) return recognised
  const [first] = providers
  if (login === undefined && first) return first
  return loginNamed(providers, login ?? '').provider
}

export async function remove(invocation: Invocation): Promise<ExitCode> {
  const id = invocation.argument
  if (id === undefined) throw new ConfigError('ERR_ARGUMENT_MISSING', 'name the account: connector accounts remove ID')
  await using registry = await openAccounts(invocation, await openProviders(invocation))
  if (!(await registry.remove(id))) throw unknownAccount(id, 'the registry')
  invocation.io.stderr.write(`removed account ${id}\n`)
  return 0
}

export async function refresh(invocation: Invocation): Promise<ExitCode> {
  const { options, argument: id } = invocation
  if ((id === undefined) === (options['all'] !== true)) {
    throw new ConfigError('ERR_ARGUMENT_MISSING', 'name one account, or all that are due: connector accounts refresh ID | --all')
  }
  const providers = await openProviders(invocation)
  await using registry = await openAccounts(invocation, providers)
  using access = await openAccess(invocation, providers)
  const refreshBeforeDays = wholeNumber(options, 'refreshBefore')
  const shared = { registry, signal: invocation.io.signal, ...defined({ refreshBeforeDays }) }
  const accounts = id === undefined ? await registry.list() : [await registry.find(id)]
  const when = id !== undefined || options['now'] === true ? 'now' : 'due'
  const outcomes: RefreshOutcome[] = []
  for (const account of accounts) {
    if (!account) throw unknownAccount(id ?? '', 'the registry')
    const provider = providerOf(providers, account.provider)
    outcomes.push(await refreshOne({ ...shared, provider, access: access.of(provider) }, account, when))
  }
  await print(invocation, outcomes.map(outcomeLine), () => outcomeTable(outcomes, tableOptions(invocation)))
  return exitCodeOf(outcomes)
}

/** Paused accounts keep their tokens alive too: they are paused for syncs. */
function refreshOne(life: TokenLife, account: AccountRecord, when: 'due' | 'now'): Promise<RefreshOutcome> {
  life.signal?.throwIfAborted()
  return refreshToken(life, account, when)
}

function exitCodeOf(outcomes: readonly RefreshOutcome[]): ExitCode {
  if (outcomes.some(({ outcome }) => outcome === 'needs_login')) return 4
  return outcomes.some(({ outcome }) => outcome === 'kept') ? 1 : 0
}

export async function loginUrl(invocation: Invocation): Promise<ExitCode> {
  const { options, io } = invocation
  const providers = await openProviders(invocation)
  const { provider, login: found } = loginNamed(providers, text(options, 'login') ?? providers[0]?.logins[0].name ?? '')
  const login = found.name
  const { id: variable } = appVariables(login)
  const clientId = text(options, 'appId') ?? io.env[variable]
  const redirectUri = text(options, 'redirectUri')
  if (!clientId) throw new ConfigError('ERR_FLAG_MISSING', `--app-id is missing, and ${variable} is not set`)
  if (redirectUri === undefined || !URL.canParse(redirectUri)) {
    throw new ConfigError('ERR_FLAG_MISSING', '--redirect-uri takes the URL that the app has for it')
  }
  const state = text(options, 'state') ?? randomBytes(16).toString('base64url')
  const scopes = text(options, 'scopes')?.split(',')
  const url = provider.loginUrl({}, { login, clientId, redirectUri, state, ...defined({ scopes }) })
  await print(invocation, [{ login, url, state }], () => url)
  return 0
}

export async function rotateKey(invocation: Invocation): Promise<ExitCode> {
  await using registry = await openAccounts(invocation, await openProviders(invocation))
  const count = await registry.rotateKey()
  invocation.io.stderr.write(`re-encrypted ${count} token${count === 1 ? '' : 's'}\n`)
  return 0
}

async function tokenFrom(given: string | undefined, env: Invocation['io']['env']): Promise<string> {
  if (given !== undefined) return (await resolveReference(given, '--token', secretStores(env))).trim()
  const token = readFileSync(0, 'utf8').trim()
  if (token === '') throw new ConfigError('ERR_FLAG_MISSING', 'the token is missing: --token env:NAME, or the token on stdin')
  return token
}
