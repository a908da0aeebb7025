import { AwsV4Signer } from 'aws4fetch'
import type { Clock } from '../clock.ts'
import { ConfigError, ConnectorError } from '../errors.ts'
import { type AwsEnvironment, awsCredentials } from './credentials.ts'

export interface SecretsManagerOptions {
  readonly env: AwsEnvironment
  readonly clock: Clock
}

const TRIES = 4
const FIRST_PAUSE_MS = 200
const TIMEOUT_MS = 10_000
/** A secret of several keys is fetched once for all of them, and again before long: it may be rotated. */
const REMEMBERED_MS = 60_000

/**
 * Secrets of AWS Secrets Manager by the rest of `aws-sm://NAME#KEY`: NAME is a name or an ARN, KEY a key of a secret that is a JSON object;
 * without KEY the whole text. Region and endpoint: AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL.
 * Rejects with ConfigError, or with a transient ConnectorError when the service cannot be reached.
 */
export function secretsManager({ env, clock }: SecretsManagerOptions): (reference: string) => Promise<string> {
  const credentials = awsCredentials(env, clock)
  const remembered = new Map<string, { readonly text: Promise<string>; readonly until: number }>()
  const fetchSecret = (name: string): Promise<string> => {
    const known = remembered.get(name)
    if (known && clock.now() < known.until) return known.text
    const text = readSecret(name, { env, clock, credentials })
    remembered.set(name, { text, until: clock.now() + REMEMBERED_MS })
    text.catch(() => remembered.delete(name))
    return text
  }
  return async (reference) => {
    const [, name = '', key] = /^\/\/([^#]+)(?:#(.+))?$/s.exec(reference) ?? []
    if (name === '') throw new ConfigError('ERR_SECRET_REFERENCE', `aws-sm:${reference} names no secret; write aws-sm://NAME#KEY`)
    const text = await fetchSecret(name)
    return key === undefined ? text : keyOf(text, key, name)
  }
}

/** Errors never repeat the secret, not even its keys. */
function keyOf(text: string, key: string, name: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ConfigError('ERR_SECRET_REFERENCE', `secret ${name} must be a JSON object to have a key '${key}'`)
  }
  const found =
    typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  if (typeof found === 'string' && found !== '') return found
  if (typeof found === 'number') return String(found)
  throw new ConfigError('ERR_SECRET_REFERENCE', `secret ${name} has no text at key '${key}'`)
}

interface Access extends SecretsManagerOptions {
  readonly credentials: ReturnType<typeof awsCredentials>
}

async function readSecret(name: string, access: Access): Promise<string> {
  for (let failures = 1; ; failures++) {
    const outcome = await attempt(name, access)
    if (typeof outcome === 'string') return outcome
    if (outcome.failureType !== 'transient_error' || failures >= TRIES) throw outcome
    await access.clock.sleep(FIRST_PAUSE_MS * 2 ** (failures - 1))
  }
}

async function attempt(name: string, { env, credentials }: Access): Promise<string | ConnectorError> {
  const { url, region } = endpointOf(name, env)
  const body = JSON.stringify({ SecretId: name })
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' }
  const given = await credentials()
  const signer = new AwsV4Signer({ ...given, method: 'POST', url, headers, body, service: 'secretsmanager', region, allHeaders: true })
  const signed = await signer.sign()
  try {
    const response = await fetch(signed.url, {
      method: 'POST',
      headers: signed.headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return secretOf(await response.text(), response.status, name)
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : 'no answer'
    const message = `AWS Secrets Manager cannot be reached at ${new URL(url).host} (${reason})`
    return new ConnectorError('ERR_SECRET_STORE', message, { cause, failureType: 'transient_error' })
  }
}

function endpointOf(name: string, env: AwsEnvironment): { readonly url: string; readonly region: string } {
  // arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-RANDOM
  const ofArn = name.startsWith('arn:') ? name.split(':')[3] : undefined
  const region = ofArn || env['AWS_REGION'] || env['AWS_DEFAULT_REGION']
  if (!region) throw new ConfigError('ERR_AWS_REGION', `secret ${name}: no region is known; set AWS_REGION`)
  const given = env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] ?? env['AWS_ENDPOINT_URL']
  const url = given ?? `https://secretsmanager.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new ConfigError('ERR_AWS_ENDPOINT', 'the endpoint of AWS Secrets Manager (AWS_ENDPOINT_URL…) must be an http(s) URL')
  }
  return { url: new URL('/', url).href, region }
}

/** The text of the secret, or the error that the answer is. */
function secretOf(text: string, status: number, name: string): string | ConnectorError {
  const answer = parsed(text)
  if (status === 200 && typeof answer['SecretString'] === 'string') return answer['SecretString']
  if (status === 200 && typeof answer['SecretBinary'] === 'string') return Buffer.from(answer['SecretBinary'], 'base64').toString('utf8')
  const kind = String(answer['__type'] ?? '').replace(/^.*#/, '')
  const passing = status === 200 || status >= 500 || status === 429 || /throttl|toomanyrequests|internalservice/i.test(kind)
  const message = `AWS Secrets Manager does not give secret ${name} (HTTP ${status}${kind === '' ? '' : `, ${kind}`})`
  if (passing) return new ConnectorError('ERR_SECRET_STORE', message, { failureType: 'transient_error' })
  const advice = /ResourceNotFound/.test(kind) ? 'check its name and the region' : 'check the credentials, the region and the policy'
  return new ConfigError('ERR_SECRET_STORE', `${message}; ${advice}`)
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
