import { readFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import { ConfigError } from '../errors.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type AwsEnvironment = Readonly<Record<string, string | undefined>>

/** Asked for again this long before they expire. */
const margin = 5 * 60_000
const timeout = 5_000

/**
 * Keys of the environment (Lambda sets them), else those that a container on ECS, Fargate or EKS gets from its agent. The function asks
 * when it has to. Throws ConfigError ERR_AWS_CREDENTIALS.
 */
export function awsCredentials(env: AwsEnvironment, clock: Clock): () => Promise<AwsCredentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env
  if (accessKeyId && secretAccessKey) {
    const fixed = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
    return async () => fixed
  }
  let known: { readonly credentials: AwsCredentials; readonly until: number } | undefined
  return async () => {
    if (!known || clock.now() > known.until) known = await containerCredentials(env)
    return known.credentials
  }
}

async function containerCredentials(env: AwsEnvironment): Promise<{ credentials: AwsCredentials; until: number }> {
  const url = agentUrl(env)
  const token = await agentToken(env)
  const headers = token === undefined ? {} : { authorization: token }
  let response: Response
  try {
    response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(timeout) })
  } catch (cause) {
    throw new ConfigError('ERR_AWS_CREDENTIALS', 'the credentials of the container cannot be had: its agent does not answer', { cause })
  }
  const found = (response.ok ? await response.json() : {}) as Readonly<Record<string, unknown>>
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = found
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string' || typeof Token !== 'string') {
    const message = `the credentials of the container cannot be had: its agent answered ${response.status}`
    throw new ConfigError('ERR_AWS_CREDENTIALS', message)
  }
  const until = typeof Expiration === 'string' ? Date.parse(Expiration) - margin : Number.POSITIVE_INFINITY
  return { credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token }, until }
}

/** Agents of ECS and EKS, and those on this machine; a URL elsewhere would be shown the token of the agent. */
const AGENTS = /^(?:169\.254\.170\.(?:2|23)|\[fd00:ec2::23\]|localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function agentUrl(env: AwsEnvironment): string {
  const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  if (relative) return new URL(relative, 'http://169.254.170.2').href
  const full = env['AWS_CONTAINER_CREDENTIALS_FULL_URI']
  if (!full) {
    const message = 'there are no credentials for AWS: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run in a container with a role'
    throw new ConfigError('ERR_AWS_CREDENTIALS', message)
  }
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && AGENTS.test(url.hostname))) return url.href
  throw new ConfigError('ERR_AWS_CREDENTIALS', 'AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor the agent of a container')
}

async function agentToken(env: AwsEnvironment): Promise<string | undefined> {
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']
  if (!file) return env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] || undefined
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new ConfigError('ERR_AWS_CREDENTIALS', `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ${file} cannot be read`, { cause })
  }
}
