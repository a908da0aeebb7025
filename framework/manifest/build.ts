import { ConfigError, suggest } from '../errors.ts'
import type { BuildContext, Component, Family } from './component.ts'

export type Node = Readonly<Record<string, unknown>>

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An error that names the place in the manifest: `streams[0].retriever: message (file.yaml:12:5)`. */
export function manifestError(context: BuildContext, message: string, place?: { node: object; key?: string | number }): ConfigError {
  const position = place && context.locate(place.node, place.key)
  const where = position ? ` (${position.file}:${position.line}:${position.column})` : ''
  return new ConfigError('ERR_MANIFEST_INVALID', `${context.path}: ${message}${where}`, { context: { manifest_path: context.path } })
}

/** The context one step down. */
export function below(context: BuildContext, key: string | number): BuildContext {
  const step = typeof key === 'number' ? `[${key}]` : context.path === '' ? key : `.${key}`
  return { ...context, path: `${context.path}${step}` }
}

/** Builds the component of `family` that `node` describes. Its children are built first and handed over as values. */
export function buildComponent<T>(family: Family<T>, node: unknown, context: BuildContext): T {
  if (!isNode(node)) throw manifestError(context, `expected a ${family.name}, found ${describe(node)}`)
  const component = find(family, node, context)
  const inner = {
    ...context,
    parameters: isNode(node['$parameters']) ? { ...context.parameters, ...node['$parameters'] } : context.parameters,
  }
  reportUnknownFields(component, node, inner)
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(component.fields)) {
    const value = node[name]
    if ((value === undefined || value === null) && !field.optional) {
      throw manifestError(inner, `${component.type} needs '${name}'`, { node })
    }
    values[name] = buildField(() => field.build(value ?? undefined, below(inner, name)), inner, { node, key: name })
  }
  return component.build(values, inner) as T
}

/** An error raised without a position gets the one of the key that was being built. */
function buildField<T>(build: () => T, context: BuildContext, place: { node: object; key: string }): T {
  try {
    return build()
  } catch (thrown) {
    if (!(thrown instanceof ConfigError) || thrown.context.manifest_path !== undefined) throw thrown
    throw manifestError(below(context, place.key), thrown.message, place)
  }
}

function find<T>(family: Family<T>, node: Node, context: BuildContext): Component {
  const type = node['type']
  const known = context.language.family(family)
  if (typeof type !== 'string') {
    throw manifestError(context, `a ${family.name} needs a 'type'; known: ${known.map((entry) => entry.type).join(', ')}`, { node })
  }
  const component = known.find((entry) => entry.type === type || entry.aliases.includes(type))
  if (component) return component
  const className = node['class_name']
  const name = typeof className === 'string' ? className : type
  const custom = known.find((entry) => entry.type === name)
  if (custom) return custom
  const types = known.map((entry) => entry.type)
  const what = name === type ? `unknown ${family.name} '${type}'` : `${type} '${name}' is not registered`
  throw manifestError(context, `${what}; ${suggest(name, types)}`, { node, key: 'type' })
}

function reportUnknownFields(component: Component, node: Node, context: BuildContext): void {
  for (const key of Object.keys(node)) {
    if (key === 'type' || key === '$parameters' || key in component.fields || key === 'class_name') continue
    // Parameters are copied into components as fields; the copies that a component does not know are no mistake.
    if (Object.hasOwn(context.parameters, key)) continue
    const error = manifestError(
      below(context, key),
      `${component.type} has no field '${key}'; ${suggest(key, Object.keys(component.fields))}`,
      {
        node,
        key,
      },
    )
    if (context.dialect === 'native') throw error
    context.warn(error)
  }
}

export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : `${typeof value} ${JSON.stringify(value)}`
}
