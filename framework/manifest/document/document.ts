import { defined } from '../../defined.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import { describe, isNode, manifestError, type Node } from '../definition/build.ts'
import { dialectOf } from '../definition/envelope.ts'
import { filesBeside } from './manifest-files.ts'
import { createResolver, type Resolver } from './references.ts'
import { specFile } from './spec-file.ts'
import { parseSpecSection } from './spec-section.ts'
import { syntaxError } from './syntax-error.ts'
import { type ManifestText, type ParsedText, parseYaml } from './yaml.ts'

/** A manifest file whose references are resolved where they are asked for. */
export interface Document extends Omit<ParsedText, 'root'> {
  readonly file: string
  readonly root: Node
  readonly resolver: Resolver
}

/** What a config must hold, as the manifest says it. */
export interface SpecSource {
  readonly connectionSpecification: JsonSchema
  readonly documentationUrl?: string
  readonly advancedAuth?: unknown
  /** `config_normalization_rules`, not built yet. */
  readonly configRules?: Node
}

/** Reads a manifest file. Throws ConfigError with file:line:column for a text that is not a mapping. */
export function openDocument(source: ManifestText): Document {
  return documentOf(source, parseYaml(source, dialectOf))
}

/** The same for what is asked of nothing but its spec; of a long manifest the rest may then be left out. */
export function openSpecDocument(source: ManifestText): Document {
  return documentOf(source, parseSpecSection(source) ?? parseYaml(source, dialectOf))
}

function documentOf(source: ManifestText, { root, dialect, positions }: ParsedText): Document {
  if (!isNode(root)) throw syntaxError(`a manifest is a mapping, found ${describe(root)}`, positions.at(0))
  return { file: source.file, root, dialect, positions, resolver: createResolver(root, positions) }
}

/**
 * The spec of a manifest; builds nothing. That of a manifest written for Airbyte may stand in a file beside it; without any, every
 * config is accepted.
 */
export function specOf({ file, root, dialect, positions, resolver }: Document): SpecSource {
  const inside = resolver.resolve(root['spec'])
  const node = inside === undefined && dialect === 'airbyte' ? specFile(filesBeside(file)) : inside
  const context = { path: 'spec', locate: positions.locate }
  if (node === undefined && dialect === 'airbyte') return { connectionSpecification: { type: 'object', additionalProperties: true } }
  if (!isNode(node)) throw manifestError(context, `expected a spec, found ${describe(node)}`, { node: root, key: 'spec' })
  const schema = node['connection_specification']
  if (!isNode(schema))
    throw manifestError(context, "needs 'connection_specification', a JSON Schema", { node, key: 'connection_specification' })
  const rules = node['config_normalization_rules'] ?? undefined
  if (rules !== undefined && !isNode(rules)) {
    throw manifestError(context, `expected rules for the config, found ${describe(rules)}`, { node, key: 'config_normalization_rules' })
  }
  const url = node['documentation_url']
  return {
    connectionSpecification: schema,
    ...(typeof url === 'string' ? { documentationUrl: url } : {}),
    ...defined({ configRules: rules }),
    ...(node['advanced_auth'] == null ? {} : { advancedAuth: node['advanced_auth'] }),
  }
}
