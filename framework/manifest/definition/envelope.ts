import { type ConfigError, suggest } from '../../errors.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import type { Dialect } from '../../template/template.ts'
import { isNode, manifestError, type Node } from './build.ts'
import type { Locate } from './component.ts'
import { checkShape } from './shape.ts'

/** Where a connector stands among all connectors; the parts of its id in order. */
export interface Taxonomy {
  readonly origin: string
  readonly source: string
  readonly provider: string
  readonly product: string
  readonly method: string
}

/** What the connector asks of the place where it runs. */
export interface RuntimeNeeds {
  readonly supportedRunners: readonly string[]
  readonly networkPatterns: readonly string[]
  /** Hosts that requests may go to; undefined for manifests that do not say, which is any host. */
  readonly allowedHosts: readonly string[] | undefined
}

const parts = ['origin', 'source', 'provider', 'product', 'method'] as const
const word = '[a-z0-9]+(?:_[a-z0-9]+)*'
const text = (description: string): JsonSchema => ({ type: 'string', description })
const words = (description: string): JsonSchema => ({ type: 'array', items: { type: 'string' }, description })

function closed(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[], description: string): JsonSchema {
  return { type: 'object', description, properties, required, additionalProperties: false }
}

const taxonomy = closed(
  Object.fromEntries(parts.map((part) => [part, { type: 'string', pattern: `^${word}$` }])),
  parts,
  'The parts of the id, spelled out; they must agree with it.',
)

const runtime = closed(
  {
    supported_runners: words('Where the connector may run, such as lambda or fargate.'),
    network_patterns: words('How the runner reaches the network, such as nat_allowlist.'),
    allowed_hosts: { ...words('Hosts that the connector may talk to; requests to any other are refused.'), minItems: 1 },
  },
  ['allowed_hosts'],
  'What the connector asks of the place where it runs.',
)

const streams = closed(
  {
    strategy: { type: 'string', enum: ['discovery', 'static'], description: 'discovery: the templates are read for each account found.' },
    defaults: closed(
      {
        key_strategy: { type: 'string', enum: ['source_declared'], description: 'Primary keys are those that the streams declare.' },
        cursor_strategy: { type: 'string', enum: ['date_range'], description: 'Incremental streams read windows of dates.' },
      },
      [],
      'What holds for every stream.',
    ),
    discovery: { $ref: '#/definitions/Discovery', description: 'Finds the accounts; each one is `account` in the templates.' },
    templates: { type: 'array', items: { $ref: '#/definitions/Stream' }, minItems: 1, description: 'The streams.' },
  },
  ['strategy', 'templates'],
  'What can be read.',
)

const spec = closed(
  {
    type: { const: 'Spec' },
    connection_specification: { type: 'object', description: 'JSON Schema of the config; `airbyte_secret: true` marks secrets.' },
    documentation_url: text('Where the config is explained to people.'),
    advanced_auth: { type: 'object', description: 'How a platform runs the OAuth flow.' },
  },
  ['connection_specification'],
  'What a config must hold.',
)

/** JSON Schema of our envelope. `#/definitions/…` are the families of components. */
export const envelopeSchema: JsonSchema = closed(
  {
    manifest_version: { type: 'number', const: 1, description: 'Version of this envelope.' },
    id: {
      type: 'string',
      pattern: `^conn(?:::${word}){5}$`,
      description: 'conn::<origin>::<source>::<provider>::<product>::<method>',
    },
    dialect: {
      type: 'string',
      enum: ['native', 'airbyte'],
      description: 'airbyte: the manifest inside was written for Airbyte and keeps its meaning.',
    },
    name: text('The name that people see.'),
    description: text('One sentence on what the connector reads or writes.'),
    taxonomy,
    runtime,
    streams,
    actions: { type: 'array', items: { $ref: '#/definitions/Action' }, minItems: 1, description: 'What can be written.' },
    spec,
    concurrency_level: {
      type: 'object',
      properties: {
        type: { const: 'ConcurrencyLevel' },
        default_concurrency: { description: 'How many slices are read at the same time; may be a template over the config.' },
        max_concurrency: { description: 'The most, whatever the config says.' },
      },
      required: ['default_concurrency'],
      additionalProperties: false,
      description: 'How many slices are read at the same time, over all streams; 8 by default.',
    },
    stream_groups: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: {
          streams: { type: 'array', description: 'Streams, by reference or by name.' },
          action: { type: 'object', properties: { type: { const: 'BlockSimultaneousSyncsAction' } }, required: ['type'] },
        },
        required: ['streams', 'action'],
      },
      description: 'Groups, by name, of streams that are never read at the same time.',
    },
    max_concurrent_async_job_count: { description: 'How many jobs of AsyncRetrievers are under way at the same time; 1 by default.' },
    check: { $ref: '#/definitions/Check', description: 'Says whether a config works.' },
    api_budget: { $ref: '#/definitions/ApiBudget', description: 'How many calls the requests of all streams may make.' },
    definitions: { type: 'object', description: 'Parts that are used in several places by `$ref: "#/definitions/…"`.' },
  },
  ['manifest_version', 'id', 'name', 'taxonomy', 'runtime', 'spec', 'check'],
  'A connector.',
)

/** The keys of a document with the words that stand beside them; empty beside anything else. */
export type TopKeys = ReadonlyMap<string, string>

/**
 * Our manifests say `manifest_version`, and `dialect: airbyte` when our envelope holds what was written for Airbyte; those written for
 * Airbyte say `type: DeclarativeSource`, or nothing but streams.
 */
export function dialectOf(top: TopKeys): Dialect {
  const keys = [...top.keys()]
  if (keys.includes('manifest_version')) return top.get('dialect') === 'airbyte' ? 'airbyte' : 'native'
  const foreign = keys.includes('type') || keys.includes('version')
  return !foreign && ['id', 'taxonomy', 'runtime'].some((key) => keys.includes(key)) ? 'native' : 'airbyte'
}

export function readTaxonomy({ id }: Node): Taxonomy | undefined {
  const [, origin, source, provider, product, method] = typeof id === 'string' ? id.split('::') : []
  if (!origin || !source || !provider || !product || !method) return undefined
  return { origin, source, provider, product, method }
}

export function readRuntime({ runtime: node }: Node): RuntimeNeeds {
  const texts = (key: string) => {
    const value = isNode(node) ? node[key] : undefined
    return Array.isArray(value) ? value.map(String) : undefined
  }
  return {
    supportedRunners: texts('supported_runners') ?? [],
    networkPatterns: texts('network_patterns') ?? [],
    allowedHosts: texts('allowed_hosts'),
  }
}

export interface EnvelopeCheck {
  readonly locate: Locate
  readonly report: (error: ConfigError) => void
  readonly warn: (warning: ConfigError) => void
}

/** Reports everything that is wrong with the envelope of one of our manifests. `root` has its references resolved. */
export function checkEnvelope(root: Node, { locate, report }: EnvelopeCheck, schema: JsonSchema = envelopeSchema): void {
  const check = { path: '', location: { node: root }, locate, report }
  checkShape(root, schema, check)
  const { id, taxonomy: stated, streams: node } = root
  if (typeof id === 'string' && isNode(stated)) {
    const named = id.split('::').slice(1)
    parts.forEach((part, index) => {
      const message = `is '${stated[part]}', but the id says '${named[index]}'`
      if (stated[part] !== undefined && stated[part] !== named[index]) {
        report(manifestError({ path: `taxonomy.${part}`, locate }, message, { node: stated, key: part }))
      }
    })
  }
  if (node === undefined && root['actions'] === undefined) {
    report(manifestError({ path: '', locate }, "needs 'streams' or 'actions'", { node: root }))
  }
  if (!isNode(node)) return
  const context = { path: 'streams', locate }
  if (node['strategy'] === 'discovery' && node['discovery'] === undefined) {
    report(manifestError(context, "strategy 'discovery' needs 'discovery'", { node, key: 'strategy' }))
  }
  if (node['strategy'] === 'static' && node['discovery'] !== undefined) {
    report(manifestError(context, "strategy 'static' has no 'discovery'", { node, key: 'discovery' }))
  }
}

/** Keys that a manifest written for Airbyte may have at its top. */
const foreignKeys = [
  'type',
  'version',
  'check',
  'streams',
  'dynamic_streams',
  'schemas',
  'definitions',
  'spec',
  'concurrency_level',
  'api_budget',
  'stream_groups',
  'max_concurrent_async_job_count',
  'metadata',
  'description',
  '$parameters',
]

/** Reports what no manifest written for Airbyte can do without, and warns about keys that nobody reads. */
export function checkForeign(root: Node, { locate, report, warn }: EnvelopeCheck): void {
  if (root['type'] !== undefined && root['type'] !== 'DeclarativeSource') {
    const message = `a manifest has 'manifest_version' or 'type: DeclarativeSource', not type ${JSON.stringify(root['type'])}`
    report(manifestError({ path: '', locate }, message, { node: root, key: 'type' }))
  }
  if (!Array.isArray(root['streams']) && !Array.isArray(root['dynamic_streams'])) {
    report(manifestError({ path: '', locate }, "needs 'streams' or 'dynamic_streams', a list of streams", { node: root }))
  }
  if (root['spec'] === undefined) {
    warn(manifestError({ path: '', locate }, "has no 'spec': any config is accepted as it is", { node: root }))
  }
  for (const key of Object.keys(root)) {
    if (foreignKeys.includes(key)) continue
    warn(manifestError({ path: key, locate }, `unknown key; ${suggest(key, foreignKeys)}`, { node: root, key }))
  }
}
