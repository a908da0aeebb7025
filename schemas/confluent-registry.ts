import { type Clock, ConfigError, ConnectorError, type SchemaRegistry, type SchemaVersion } from '../framework/index.ts'
import { canonicalJson, fingerprintOf } from './fingerprint.ts'
import { isNode } from './schema-shape.ts'

const timeout = 30_000
const tries = 4
const firstPause = 250
const mediaType = 'application/vnd.schemaregistry.v1+json'

/**
 * Keeps schemas in a registry that speaks the HTTP API of Confluent's (also Karapace, Redpanda, Apicurio): a subject per stream, schemas
 * of type JSON. User and password of the URL go into the Authorization header. What the subject's compatibility forbids is
 * ConfigError ERR_SCHEMA_INCOMPATIBLE. These registries give a schema that an earlier version had that version again.
 */
export async function confluentSchemaRegistry(url: string, { clock }: { readonly clock: Clock }): Promise<SchemaRegistry> {
  const ask = createCaller(url, clock)
  const version = async (stream: string, number: number | 'latest') => {
    const found = await ask('GET', `/subjects/${encodeURIComponent(stream)}/versions/${number}`)
    return found === undefined ? undefined : versionOf(stream, found)
  }
  return {
    async register(stream, schema) {
      const text = canonicalJson(schema)
      const known = await version(stream, 'latest')
      if (known?.fingerprint === fingerprintOf(schema)) return known
      const subject = `/subjects/${encodeURIComponent(stream)}`
      await ask('POST', `${subject}/versions`, { schemaType: 'JSON', schema: text })
      const found = await ask('POST', subject, { schemaType: 'JSON', schema: text })
      if (found === undefined) throw unexpected(`${subject} does not know the schema that it has just registered`)
      return versionOf(stream, found)
    },
    latest: (stream) => version(stream, 'latest'),
    async history(stream) {
      const numbers = (await ask('GET', `/subjects/${encodeURIComponent(stream)}/versions`)) ?? []
      if (!Array.isArray(numbers)) throw unexpected('a list of versions was expected')
      const versions: SchemaVersion[] = []
      for (const number of numbers.map(Number).sort((a, b) => b - a)) {
        const found = await version(stream, number)
        // A version may be deleted between the two calls.
        if (found) versions.push(found)
      }
      return versions
    },
    async streams() {
      const subjects = await ask('GET', '/subjects')
      if (!Array.isArray(subjects)) throw unexpected('a list of subjects was expected')
      return subjects.map(String).sort()
    },
    close: async () => undefined,
  }
}

function versionOf(stream: string, found: unknown): SchemaVersion {
  const { version, schema, schemaType } = isNode(found) ? found : {}
  if (typeof version !== 'number' || typeof schema !== 'string' || schemaType !== 'JSON') {
    throw new ConfigError(
      'ERR_SCHEMA_UNREADABLE',
      `the subject ${stream} has no JSON schemas, but ${schemaType ?? 'AVRO'}; choose another registry`,
    )
  }
  const parsed: unknown = JSON.parse(schema)
  if (!isNode(parsed))
    throw new ConfigError('ERR_SCHEMA_UNREADABLE', `version ${version} of the subject ${stream} is not a schema of records`)
  return { stream, version, fingerprint: fingerprintOf(parsed), schema: parsed }
}

type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>

/** Gives the body, undefined for what does not exist. Server errors and lost connections are tried again, a few times. */
function createCaller(given: string, clock: Clock): Ask {
  const url = new URL(given)
  const credentials = url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  const headers = {
    accept: mediaType,
    'content-type': mediaType,
    ...(credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  }
  return async (method, path, body) => {
    const request = { method, headers, redirect: 'error', ...(body === undefined ? {} : { body: JSON.stringify(body) }) } as const
    for (let failures = 1; ; failures++) {
      const outcome = await attempt(`${base}${path}`, request)
      if (outcome.status < 500 && outcome.status !== 429 && outcome.status > 0) return answerOf(outcome, `${method} ${base}${path}`)
      if (failures === tries) throw unreachable(base, outcome)
      await clock.sleep(firstPause * 2 ** (failures - 1))
    }
  }
}

interface Outcome {
  /** 0 when no answer came. */
  readonly status: number
  readonly text: string
  readonly cause?: unknown
}

async function attempt(url: string, request: RequestInit): Promise<Outcome> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeout) })
    return { status: response.status, text: await response.text() }
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.message} ${cause.cause instanceof Error ? cause.cause.message : ''}` : String(cause)
    return { status: 0, text: reason.trim(), cause }
  }
}

function answerOf({ status, text }: Outcome, what: string): unknown {
  if (status === 404) return undefined
  if (status === 401 || status === 403) throw new ConfigError('ERR_SCHEMA_ACCESS', `the schema registry refuses ${what}: HTTP ${status}`)
  if (status === 409) throw new ConfigError('ERR_SCHEMA_INCOMPATIBLE', `the schema registry refuses the schema: ${messageOf(text)}`)
  if (status >= 400)
    throw new ConnectorError('ERR_SCHEMA_REGISTRY', `the schema registry answers ${what} with HTTP ${status}: ${messageOf(text)}`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConnectorError('ERR_SCHEMA_REGISTRY', `the schema registry answers ${what} with something that is not JSON`, { cause })
  }
}

function messageOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    if (isNode(body) && typeof body['message'] === 'string') return `${body['message']} (code ${body['error_code']})`
  } catch {
    // What is no JSON is shown as it is.
  }
  return text.slice(0, 500)
}

function unreachable(base: string, { status, text, cause }: Outcome): ConnectorError {
  const reason = status === 0 ? text : `HTTP ${status}: ${messageOf(text)}`
  return new ConnectorError('ERR_SCHEMA_REGISTRY', `the schema registry ${base} does not answer (${reason})`, {
    cause,
    failureType: 'transient_error',
  })
}

const unexpected = (what: string): ConnectorError => new ConnectorError('ERR_SCHEMA_REGISTRY', `the schema registry: ${what}`)
