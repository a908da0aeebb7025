import { AwsV4Signer } from 'aws4fetch'
import { awsCredentials, type Clock, ConfigError, ConnectorError, defined } from '../../framework/index.ts'
import type { S3Address } from './address.ts'

export interface S3Object {
  readonly text: string
  readonly etag: string
}

/** What an object has to be for a write to take place. */
export type S3Condition = { readonly etag: string } | 'absent'

/** The objects under a prefix of a bucket. Only what a state needs: small texts, conditional writes. */
export interface Bucket {
  /** For messages. */
  placeOf(key: string): string
  get(key: string): Promise<S3Object | undefined>
  /** Gives the new etag; undefined when the condition does not hold, and then nothing was written. */
  put(key: string, text: string, condition?: S3Condition): Promise<string | undefined>
  remove(key: string): Promise<void>
  /** Keys that start with `start`, in order. */
  list(start: string): Promise<readonly string[]>
}

const tries = 5
const firstPause = 200
const timeout = 30_000

interface Answer {
  readonly status: number
  readonly text: string
  readonly etag: string
}

interface Call {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  readonly key: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export function openBucket(address: S3Address, { clock }: { readonly clock: Clock }): Bucket {
  const { bucket, prefix } = address
  const placeOf = (key: string) => `s3://${bucket}/${prefix}${key}`
  const call = caller(address, { clock, placeOf })
  const refused = (key: string, answer: Answer) => refusal(placeOf(key), answer)

  const get = async (key: string): Promise<S3Object | undefined> => {
    const answer = await call({ method: 'GET', key })
    if (answer.status === 200) return { text: answer.text, etag: answer.etag }
    if (answer.status === 404 && codeOf(answer.text) !== 'NoSuchBucket') return undefined
    throw refused(key, answer)
  }

  return {
    placeOf,
    get,
    async put(key, text, condition) {
      const answer = await call({ method: 'PUT', key, body: text, headers: conditionHeaders(condition) })
      if (answer.status === 200) return answer.etag
      if (answer.status !== 412 && !(answer.status === 404 && condition !== undefined)) throw refused(key, answer)
      // The answer to an earlier try may have been lost after the write took place.
      const found = answer.retried ? await get(key) : undefined
      return found?.text === text ? found.etag : undefined
    },
    async remove(key) {
      const answer = await call({ method: 'DELETE', key })
      if (answer.status !== 204 && answer.status !== 200 && answer.status !== 404) throw refused(key, answer)
    },
    async list(start) {
      const keys: string[] = []
      for (let after: string | undefined; ; ) {
        const parameters = { 'list-type': '2', prefix: prefix + start, ...defined({ 'continuation-token': after }) }
        const answer = await call({ method: 'GET', key: '', parameters })
        if (answer.status !== 200) throw refused(start, answer)
        keys.push(...tags(answer.text, 'Key').map((key) => key.slice(prefix.length)))
        after = tags(answer.text, 'NextContinuationToken')[0]
        if (after === undefined) return keys
      }
    },
  }
}

interface Access {
  readonly clock: Clock
  readonly placeOf: (key: string) => string
}

/** Answers that are no failure of the server or the network; those are tried again. */
function caller(address: S3Address, { clock, placeOf }: Access): (request: Call) => Promise<Answer & { readonly retried: boolean }> {
  const credentials = awsCredentials(address.env, clock)
  return async (request) => {
    for (let failures = 0; ; failures++) {
      let problem: unknown
      try {
        const answer = await attempt(address, await credentials(), request)
        if (!mayPass(answer.status)) return { ...answer, retried: failures > 0 }
        problem = `it answered ${answer.status} ${codeOf(answer.text)}`
      } catch (thrown) {
        if (thrown instanceof ConnectorError) throw thrown
        problem = thrown
      }
      if (failures + 1 >= tries) throw unreachable(placeOf(request.key), problem)
      await clock.sleep(firstPause * 2 ** failures)
    }
  }
}

/** 409: another conditional write to the object is under way. */
const mayPass = (status: number): boolean => status >= 500 || status === 429 || status === 409

type Credentials = Awaited<ReturnType<ReturnType<typeof awsCredentials>>>

async function attempt({ base, prefix, region }: S3Address, credentials: Credentials, call: Call): Promise<Answer> {
  const { method, key, parameters = {}, headers = {}, body } = call
  const url = new URL(`${base}/${key === '' ? '' : encodeKey(prefix + key)}`)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  const signer = new AwsV4Signer({ ...credentials, method, url: url.href, headers, service: 's3', region, ...defined({ body }) })
  const signed = await signer.sign()
  const response = await fetch(signed.url, {
    method,
    headers: signed.headers,
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
    ...defined({ body }),
  })
  return { status: response.status, text: await response.text(), etag: response.headers.get('etag') ?? '' }
}

function refusal(place: string, { status, text }: Answer): ConnectorError {
  const message = `${place} cannot be used: the storage answered ${status} ${codeOf(text)}`
  if (status === 401 || status === 403)
    return new ConfigError('ERR_S3_ACCESS', `${message}; check the credentials, the region and the policy`)
  return new ConnectorError('ERR_STATE_STORAGE', message)
}

function conditionHeaders(condition: S3Condition | undefined): Readonly<Record<string, string>> {
  const type = { 'content-type': 'application/json' }
  if (condition === undefined) return type
  return condition === 'absent' ? { ...type, 'if-none-match': '*' } : { ...type, 'if-match': condition.etag }
}

/** Signatures know one way only to write a path. */
function encodeKey(key: string): string {
  return key
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('/')
}

const codeOf = (xml: string): string => tags(xml, 'Code')[0] ?? ''

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' }

/** Texts of all elements with this name; S3 nests none of them in another. */
function tags(xml: string, name: string): readonly string[] {
  const found = xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))
  return Array.from(found, ([, text = '']) => text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity))
}

function unreachable(place: string, problem: unknown): ConnectorError {
  const cause = problem instanceof Error && problem.cause instanceof Error ? problem.cause : problem
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `${place} cannot be reached (${reason}); what was not committed will be done again`
  return new ConnectorError('ERR_STATE_STORAGE', message, { cause: problem, failureType: 'transient_error' })
}
