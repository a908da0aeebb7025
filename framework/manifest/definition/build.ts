import { ConfigError, ConnectorError, suggest } from '../../errors.ts'
import { isObject } from '../../protocol/json.ts'
import type { BuildContext, Component, Family } from './component.ts'
import { gatherProblems } from './problems.ts'

export type Node = Readonly<Record<string, unknown>>

export function isNode(value: unknown): value is Node {
  return isObject(value)
}

export interface Location {
  readonly node: object
  readonly key?: string | number
}

/** An error that names the place in the manifest: `streams[0].retriever: message (file.yaml:12:5)`. */
export function manifestError(
  context: Pick<BuildContext, 'path' | 'locate'>,
  message: string,
  location?: Location & { cause?: ConnectorError; code?: string },
): ConfigError {
  const position = location && context.locate(location.node, location.key)
  const where = position ? ` (${position.file}:${position.line}:${position.column})` : ''
  const text = context.path === '' ? message : `${context.path}: ${message}`
  const code = location?.code ?? location?.cause?.code ?? 'ERR_MANIFEST_INVALID'
  return new ConfigError(code, `${text}${where}`, { context: { manifest_path: context.path }, cause: location?.cause })
}

/** The context one step down. */
export function below(context: BuildContext, key: string | number): BuildContext {
  const step = typeof key === 'number' ? `[${key}]` : context.path === '' ? key : `.${key}`
  return { ...context, path: `${context.path}${step}` }
}

/**
 * Builds the component of `family` that `node` describes. Its children are built first and handed over as values.
 * Throws one ConfigError that lists everything wrong below the node.
 */
export function buildComponent<T>(family: Family<T>, node: unknown, context: BuildContext): T {
  return buildTyped({ family }, node, context)
}

/** The same in a slot that knows the type of a node that names none. */
export function buildTyped<T>(slot: { family: Family<T>; type?: string }, node: unknown, context: BuildContext): T {
  if (!isNode(node)) throw manifestError(context, `expected a ${slot.family.name}, found ${describe(node)}`)
  const component = find(slot, node, context)
  const inner = {
    ...context,
    parameters: isNode(node['$parameters']) ? { ...context.parameters, ...node['$parameters'] } : context.parameters,
  }
  const problems = gatherProblems()
  reportUnknownFields(component, node, { ...inner, warn: context.dialect === 'native' ? problems.add : inner.warn })
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(component.fields)) {
    const value = Object.hasOwn(node, name) ? (node[name] ?? undefined) : undefined
    if (value === undefined && !field.optional) {
      problems.add(manifestError(inner, `${component.type} needs '${name}'`, { node }))
    } else {
      values[name] = problems.attempt(() =>
        locateErrors(() => field.build(value, below(inner, name)), below(inner, name), { node, key: name }),
      )
    }
  }
  problems.throwAny()
  return locateErrors(() => component.build(values, inner) as T, inner, { node })
}

/** An error raised without a place gets that of what was being built. */
export function locateErrors<T>(build: () => T, context: BuildContext, location: Location): T {
  try {
    return build()
  } catch (thrown) {
    // A template that fails while it is built fails because of the config.
    if (!(thrown instanceof ConnectorError) || thrown.context.manifest_path !== undefined) throw thrown
    throw manifestError(context, thrown.message, { ...location, cause: thrown })
  }
}

function find<T>({ family, type: fallback }: { family: Family<T>; type?: string }, node: Node, context: BuildContext): Component {
  const type = node['type'] ?? fallback
  const known = context.language.family(family)
  if (typeof type !== 'string') {
    throw manifestError(context, `a ${family.name} needs a 'type'; known: ${known.map((entry) => entry.type).join(', ')}`, { node })
  }
  const component = known.find((entry) => entry.type === type || entry.aliases.includes(type))
  if (component) return component
  const className = node['class_name']
  if (typeof className === 'string') return findCustom({ family: family.name, type, className, known }, node, context)
  const types = known.map((entry) => entry.type)
  throw manifestError(context, `unknown ${family.name} '${type}'; ${suggest(type, types)}`, { node, key: 'type' })
}

interface CustomSlot {
  readonly family: string
  readonly type: string
  readonly className: string
  readonly known: readonly Component[]
}

/** A class outside the language: the component registered under its name, whole or without its module. */
function findCustom({ family, type, className, known }: CustomSlot, node: Node, context: BuildContext): Component {
  const names = classNames(className)
  const component = known.find((entry) => names.includes(entry.type))
  if (component) return component
  const other = context.language.components.find((entry) => names.includes(entry.type))
  if (other) {
    const wrong = `'${className}' is registered as a ${other.family.name}, and this ${type} has to be a ${family}`
    throw manifestError(context, wrong, { node, key: 'class_name' })
  }
  const message = `the class '${className}' of this ${type} is code outside the manifest; give an implementation of that name`
  throw manifestError(context, message, { node, key: 'class_name', code: UNREGISTERED })
}

/** Code of the error for a class that nobody gave an implementation of. */
export const UNREGISTERED = 'ERR_COMPONENT_UNREGISTERED'

/** The names under which a class may be registered: `source_x.components.Reader` also as `Reader`. */
export function classNames(className: string): readonly string[] {
  return [className, className.slice(className.lastIndexOf('.') + 1)]
}

/** Fields that every component may have besides its own. */
const ownFields = new Set(['type', '$parameters', 'class_name'])

/** Hands every field that the component does not know to `warn`. */
function reportUnknownFields(component: Component, node: Node, context: BuildContext): void {
  for (const key of Object.keys(node)) {
    // Parameters are copied into components as fields; the copies that a component does not know are no mistake.
    if (ownFields.has(key) || Object.hasOwn(component.fields, key) || Object.hasOwn(context.parameters, key)) continue
    const message = `${component.type} has no field '${key}'; ${suggest(key, Object.keys(component.fields))}`
    context.warn(manifestError(below(context, key), message, { node, key }))
  }
}

export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : `${typeof value} ${JSON.stringify(value)}`
}
