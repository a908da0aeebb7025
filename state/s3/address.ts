import { type AwsEnvironment, ConfigError } from '../../framework/index.ts'

/** Where the objects are, as the URL and the standard environment of AWS say. */
export interface S3Address {
  readonly bucket: string
  /** '' or ends with a slash. */
  readonly prefix: string
  /** URL of the bucket, without a slash at its end. */
  readonly base: string
  readonly region: string
  readonly env: AwsEnvironment
}

/**
 * Reads `s3://bucket/prefix?endpoint=https://…&region=…`. Without parameters AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION and
 * AWS_DEFAULT_REGION count. Throws ConfigError ERR_STATE_URL.
 */
export function parseS3Url(text: string, env: AwsEnvironment): S3Address {
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
    throw new ConfigError('ERR_STATE_URL', `the S3 endpoint ${endpoint} must be an http(s) URL`)
  return `${endpoint.replace(/\/+$/, '')}/${bucket}`
}
