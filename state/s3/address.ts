import { type Clock, ConfigError } from '../../framework/index.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where the objects are, as the URL and the standard environment of AWS say. */
export interface S3Address {
  readonly bucket: string
  /** '' or ends with a slash. */
  readonly prefix: string
  /** URL of the bucket, without a slash at its end. */
  readonly base: string
  readonly region: string
  readonly env: Environment
}

/**
 * Reads `s3://bucket/prefix?endpoint=https://…&region=…`. Without parameters AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION and
 * AWS_DEFAULT_REGION count. Throws ConfigError ERR_STATE_URL.
 */
export function parseS3Url(text: string, env: Environment): S3Address {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const bucket = url?.hostname ?? ''
  if (!url || bucket === '') throw new ConfigError('ERR_STATE_URL', `${text} names no bucket; write s3://bucket/prefix`)
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'endpoint' && name !== 'region')
  if (unknown !== undefined)
    throw new ConfigError('ERR_STATE_URL', `${text} has an unknown parameter '${unknown}'; known: endpoint, region`)
  const path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '')
  const region = url.searchParams.get('region') ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1'
  const endpoint = url.searchParams.get('endpoint') ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL']
  return { bucket, prefix: path === '' ? '' : `${path}/`, base: baseOf(bucket, region, endpoint), region, env }
}

function baseOf(bucket: string, region: string, endpoint: string | undefined): string {
  if (endpoint === undefined) {
    // A dot in the name does not fit the certificate of the bucket's own host.
    return bucket.includes('.') ? `https://s3.${region}.amazonaws.com/${bucket}` : `https://${bucket}.s3.${region}.amazonaws.com`
  }
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint))
    throw new ConfigError('ERR_STATE_URL', `the S3 endpoint ${endpoint} is no http(s) URL`)
  return `${endpoint.replace(/\/+$/, '')}/${bucket}`
}

interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Asked for again this long before they expire. */
const margin = 5 * 60_000

/** Keys of the environment (Lambda sets them), else those that a container on ECS or Fargate gets from its agent. */
export function s3Credentials(env: Environment, clock: Clock): () => Promise<Credentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env
  if (accessKeyId && secretAccessKey) {
    const fixed = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
    return async () => fixed
  }
  let known: { readonly credentials: Credentials; readonly until: number } | undefined
  return async () => {
    if (!known || clock.now() > known.until) known = await containerCredentials(env)
    return known.credentials
  }
}

async function containerCredentials(env: Environment): Promise<{ credentials: Credentials; until: number }> {
  const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  const url = relative ? `http://169.254.170.2${relative}` : env['AWS_CONTAINER_CREDENTIALS_FULL_URI']
  if (!url) {
    throw new ConfigError('ERR_S3_CREDENTIALS', 'there are no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
  }
  const token = env['AWS_CONTAINER_AUTHORIZATION_TOKEN']
  const response = await fetch(url, {
    headers: token ? { authorization: token } : {},
    redirect: 'error',
    signal: AbortSignal.timeout(5_000),
  })
  const found = (response.ok ? await response.json() : {}) as Readonly<Record<string, unknown>>
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = found
  if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string' || typeof Token !== 'string') {
    throw new ConfigError('ERR_S3_CREDENTIALS', `the container's credentials cannot be had: its agent answered ${response.status}`)
  }
  const until = typeof Expiration === 'string' ? Date.parse(Expiration) - margin : Number.POSITIVE_INFINITY
  return { credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token }, until }
}
