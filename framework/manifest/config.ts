import { isDeepStrictEqual } from 'node:util'
import type { ErrorObject } from 'ajv'
import { ConfigError, suggest } from '../errors.ts'
import type { JsonSchema } from '../protocol/messages.ts'
import type { Dialect } from '../template/template.ts'
import { describe, isNode } from './definition/build.ts'
import type { Config } from './definition/component.ts'
import type { SpecSource } from './document/document.ts'
import { parseYaml } from './document/yaml.ts'
import { resolveSecrets, type SecretStores, secretStores, secretValues } from './secrets.ts'

/** What the rules of a spec do to a config; they change it in place, and `validate` throws ConfigError. */
export interface ConfigRules {
  readonly migrate: (config: Record<string, unknown>) => void
  readonly transform: (config: Record<string, unknown>) => void
  readonly validate: (config: Readonly<Record<string, unknown>>) => Promise<void>
}

export interface ConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Stores besides `env:`, `file:` and `aws-sm:`. */
  readonly stores?: SecretStores
  /** Of `buildConfigRules`, for manifests with `config_normalization_rules`. */
  readonly rules?: ConfigRules | undefined
}

export interface PreparedConfig {
  readonly config: Config
  /** Values that must not appear in any output. */
  readonly secrets: readonly string[]
  /** The config as it was given, brought up to date: present when migrations changed it, so that whoever keeps it is told. */
  readonly migrated?: Config
}

/**
 * The config that a text holds, JSON or YAML; integers beyond 2^53 stay text with every digit.
 * Throws ConfigError with file:line:column; the text, which may hold secrets, is never repeated.
 */
export function parseConfigText(text: string, file: string): Config {
  let root: unknown
  try {
    root = parseYaml({ text, file }, () => 'native').root
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause
    throw new ConfigError('ERR_CONFIG_SYNTAX', `${cause.context.manifest_path ?? file}: the config is not valid JSON`)
  }
  if (isNode(root)) return root
  throw new ConfigError('ERR_CONFIG_INVALID', `${file}: a config is a JSON object, found ${kindOf(root)}`)
}

/**
 * Makes a config ready to build with. In our manifests, references in secret fields (`env:NAME`, `file:PATH`, `aws-sm://NAME#KEY`) are resolved and
 * absent fields get their `default`; configs of foreign manifests are used as they are. The rules of the manifest come first, their
 * validations last. Throws one ConfigError with a line per field that does not fit; values are never repeated.
 */
export async function prepareConfig(
  { spec, dialect }: { readonly spec: SpecSource; readonly dialect: Dialect },
  given: unknown,
  { env, stores, rules }: ConfigOptions,
): Promise<PreparedConfig> {
  if (!isNode(given)) throw new ConfigError('ERR_CONFIG_INVALID', `a config is a JSON object, found ${kindOf(given)}`)
  const schema = spec.connectionSpecification
  if (spec.configRules && !rules) throw new TypeError('a manifest with config_normalization_rules needs `rules`, see buildConfigRules')
  const migrated = structuredClone(given) as Record<string, unknown>
  rules?.migrate(migrated)
  const config = structuredClone(migrated)
  rules?.transform(config)
  if (dialect === 'native') await resolveSecrets(config, schema, { ...secretStores(env), ...stores })
  await validate(config, schema, dialect)
  await rules?.validate(config)
  const secrets = secretValues(config, schema)
  if (!rules || isDeepStrictEqual(migrated, given)) return { config, secrets }
  return { config, secrets: [...secretValues(given, schema), ...secrets], migrated }
}

function kindOf(value: unknown): string {
  return typeof value === 'object' || value === undefined ? describe(value) : typeof value
}

async function validate(config: Record<string, unknown>, schema: JsonSchema, dialect: Dialect): Promise<void> {
  const { Ajv } = await import('ajv')
  const options = { strict: false, allErrors: true, validateSchema: false, unicodeRegExp: false, logger: false } as const
  // The reference checks no formats.
  const ajv = new Ajv({ ...options, validateFormats: dialect === 'native', useDefaults: dialect === 'native' })
  if (dialect === 'native') (await import('ajv-formats')).default.default(ajv)
  const check = ajv.compile(schema)
  if (check(config)) return
  const lines = [...new Set(fieldErrors(check.errors ?? [], schema))]
  const message = lines.length === 1 ? `config field ${lines[0]}` : `${lines.length} config fields are wrong:\n- ${lines.join('\n- ')}`
  throw new ConfigError('ERR_CONFIG_INVALID', message)
}

/** `'name': what is wrong`, one per field. */
function fieldErrors(errors: readonly ErrorObject[], schema: JsonSchema): readonly string[] {
  const lines = new Map<string, string>()
  for (const error of withoutAlternatives(errors)) {
    const field = fieldOf(error)
    if (!lines.has(field)) lines.set(field, `'${field}': ${reasonOf(error, schema)}`)
  }
  return [...lines.values()]
}

/** Of the alternatives of a oneOf only the one that was meant is reported: the one whose constants fit. */
function withoutAlternatives(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choice = errors.find(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf')
  if (!choice) return errors
  const inside = errors.filter(({ schemaPath }) => schemaPath.startsWith(`${choice.schemaPath}/`))
  const rest = withoutAlternatives(errors.filter((error) => error !== choice && !inside.includes(error)))
  const alternativeOf = ({ schemaPath }: ErrorObject) => schemaPath.slice(choice.schemaPath.length + 1).split('/')[0]
  const groups = [...new Set(inside.map(alternativeOf))].map((key) => inside.filter((error) => alternativeOf(error) === key))
  const meant = groups.filter((group) => !group.some(({ keyword }) => keyword === 'const' || keyword === 'enum'))
  return [...rest, ...(meant.length === 1 ? withoutAlternatives(meant[0] ?? []) : [choice])]
}

function fieldOf({ instancePath, params, keyword }: ErrorObject): string {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (keyword === 'required') path.push(params['missingProperty'])
  if (keyword === 'additionalProperties') path.push(params['additionalProperty'])
  return path.join('.') || '(the whole config)'
}

function reasonOf({ keyword, params, message }: ErrorObject, schema: JsonSchema): string {
  switch (keyword) {
    case 'required':
      return 'is missing'
    case 'additionalProperties':
      return `is unknown; ${suggest(params['additionalProperty'], Object.keys(schema['properties'] ?? {}))}`
    case 'enum':
      return `must be one of ${params['allowedValues'].map(String).join(', ')}`
    case 'oneOf':
    case 'anyOf':
      return 'fits none of the alternatives'
    default:
      return message ?? keyword
  }
}
