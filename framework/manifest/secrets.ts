import { readFile } from 'node:fs/promises'
import { type Clock, systemClock } from '../clock.ts'
import { ConfigError, ConnectorError, suggest } from '../errors.ts'
import type { JsonSchema } from '../protocol/messages.ts'
import { isNode } from './definition/build.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Resolves the rest of a reference `<scheme>:<rest>`. Throws when there is nothing to find; the message never holds the secret. */
export type SecretStore = (rest: string) => string | Promise<string>
/** Stores by the scheme of their references: `env`, `file`, … */
export type SecretStores = Readonly<Record<string, SecretStore>>

/**
 * `env:NAME`, `file:PATH` (a last line break is not part of the secret) and `aws-sm://NAME#KEY` (AWS Secrets Manager, loaded when it is
 * used; see framework/aws/secret-store.ts).
 */
export function secretStores(env: Environment, clock: Clock = systemClock): SecretStores {
  let aws: Promise<(reference: string) => Promise<string>> | undefined
  return {
    'aws-sm': async (rest) => {
      aws ??= import('../aws/secret-store.ts').then(({ secretsManager }) => secretsManager({ env, clock }))
      return (await aws)(rest)
    },
    env: (name) => {
      const value = env[name]
      if (!value) throw new Error(`environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}`)
      return value
    },
    file: async (path) => {
      const value = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
        throw new Error(`cannot read ${path} (${thrown.code ?? 'unreadable'})`, { cause: thrown })
      })
      const secret = value.replace(/\r?\n$/, '')
      if (secret === '') throw new Error(`${path} is empty`)
      return secret
    },
  }
}

/** Scheme and rest of a text that refers to one of the stores; undefined for any other text. */
export function readReference(text: string, stores: SecretStores): { readonly store: SecretStore; readonly rest: string } | undefined {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+-]*):(.+)$/s.exec(text) ?? []
  const store = Object.hasOwn(stores, scheme) ? stores[scheme] : undefined
  return store && { store, rest }
}

/**
 * The secret that a reference names; `what` stands in errors. Throws ConfigError ERR_SECRET_REFERENCE for a text that is no reference
 * (and never repeats it: it may be the secret), ERR_SECRET_UNRESOLVED, and ConnectorError when a store cannot be reached.
 */
export async function resolveReference(text: string, what: string, stores: SecretStores): Promise<string> {
  const reference = readReference(text, stores)
  if (!reference) {
    const forms = suggest('', Object.keys(stores))
    throw new ConfigError('ERR_SECRET_REFERENCE', `${what} has to be a reference, like env:NAME or file:PATH; schemes ${forms}`)
  }
  return resolve(reference, what)
}

async function resolve({ store, rest }: { readonly store: SecretStore; readonly rest: string }, what: string): Promise<string> {
  try {
    return await store(rest)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (cause instanceof ConnectorError && cause.failureType === 'transient_error') {
      throw new ConnectorError(cause.code, `${what}: ${reason}`, { cause, failureType: 'transient_error' })
    }
    throw new ConfigError('ERR_SECRET_UNRESOLVED', `${what}: ${reason}`, { cause })
  }
}

/** A secret inside a config: the object that holds it, and its key there. */
interface SecretSpot {
  readonly holder: Record<string, unknown> | unknown[]
  readonly key: string
  readonly path: string
}

/** Replaces references in secret fields, in place. Throws one ConfigError per field that names it, never a value. */
export async function resolveSecrets(config: Record<string, unknown>, schema: JsonSchema, stores: SecretStores): Promise<void> {
  for (const { holder, key, path } of secretSpots(config, { schema, path: '', isSecret: false })) {
    const value = read(holder, key)
    const reference = typeof value === 'string' ? readReference(value, stores) : undefined
    if (reference) Object.assign(holder, { [key]: await resolve(reference, `config field '${path}'`) })
  }
}

/** Every text or number in a field marked `airbyte_secret`, for the registry of secrets. */
export function secretValues(config: Record<string, unknown>, schema: JsonSchema): readonly string[] {
  const values = [...secretSpots(config, { schema, path: '', isSecret: false })].map(({ holder, key }) => read(holder, key))
  return [...new Set(values.filter((value) => typeof value === 'string' || typeof value === 'number').map(String))].filter(
    (value) => value !== '',
  )
}

function read(holder: Record<string, unknown> | unknown[], key: string): unknown {
  return Array.isArray(holder) ? holder[Number(key)] : holder[key]
}

interface Field {
  readonly schema: unknown
  /** Empty for the config itself. */
  readonly path: string
  /** It is in a secret object. */
  readonly isSecret: boolean
}

/** Walks schema and config together; alternatives are all followed, since what is secret in one is treated so in any. */
function* secretSpots(value: unknown, { schema, path, isSecret }: Field): Generator<SecretSpot> {
  if (!isNode(schema) && !isSecret) return
  const node = isNode(schema) ? schema : {}
  const alternatives = [node['oneOf'], node['anyOf'], node['allOf']].filter(Array.isArray).flat()
  for (const alternative of alternatives) yield* secretSpots(value, { schema: alternative, path, isSecret })
  const holder = Array.isArray(value) || isNode(value) ? value : {}
  for (const [key, item] of Object.entries<unknown>(holder)) {
    const field = fieldInside({ schema: Array.isArray(holder) ? node['items'] : propertySchema(node, key), path, isSecret }, key)
    if (field.isSecret && !isContainer(item)) yield { holder, key, path: field.path }
    else yield* secretSpots(item, field)
  }
}

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null

function fieldInside({ schema, path, isSecret }: Field, key: string): Field {
  const isMarked = isNode(schema) && schema['airbyte_secret'] === true
  return { schema, path: path === '' ? key : `${path}.${key}`, isSecret: isSecret || isMarked }
}

function propertySchema({ properties, additionalProperties }: Readonly<Record<string, unknown>>, key: string): unknown {
  return (isNode(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined) ?? additionalProperties
}
