import { defined } from '../../defined.ts'
import { isNode, type Node } from '../definition/build.ts'
import { customTypes, defaultTypes } from '../definition/default-types.ts'
import { put } from './yaml.ts'

type Fields = Record<string, unknown>

export interface Propagation {
  /** `<type of the parent>.<field>` where the node stands; decides its type when it names none. */
  readonly place?: string
  readonly parameters?: Node
  /** `parent`: of two parameters of the same name the outer one wins; otherwise the inner one. */
  readonly precedence?: 'parent' | 'own'
  /** Told of every copy, so that positions survive. */
  readonly copied?: (original: object, copy: object) => void
}

/**
 * A copy of a component in which every component below has its type and the `$parameters` that reach it.
 * A parameter is also copied in as a field where the component has none or an empty one (`path: ""` is overwritten);
 * JSON Schemas are left alone. The node must hold no references. Source: the reference's manifest_component_transformer.
 */
export function propagate(node: Node, { place = '', parameters = {}, precedence = 'own', copied }: Propagation): Fields {
  const component: Fields = { ...node }
  copied?.(node, component)
  delete component['$parameters']
  fillType(component, place)
  const own = isNode(node['$parameters']) ? node['$parameters'] : {}
  const merged: Fields = precedence === 'parent' ? { ...own, ...parameters } : { ...parameters, ...own }
  const type = component['type']
  if (isSchemaType(type)) return component
  const inner = { precedence, ...defined({ copied }) }
  if (!Object.hasOwn(component, 'type')) return plainMapping(component, { ...inner, place, parameters: merged })
  for (const [key, value] of Object.entries(merged)) {
    if (!Object.hasOwn(component, key) || isEmpty(component[key])) put(component, key, value)
  }
  for (const [key, value] of Object.entries(component)) {
    if (!isNode(value) && !Array.isArray(value)) continue
    descend(component, key, { ...inner, place: `${String(type)}.${key}`, parameters: merged })
  }
  if (Object.keys(merged).length > 0) component['$parameters'] = merged
  return component
}

/** Propagates into one field. The parameter of the same name is withheld meanwhile, or it would be copied into itself for ever. */
function descend(component: Fields, key: string, propagation: Propagation & { parameters: Fields }): void {
  const { parameters, copied } = propagation
  const withheld = parameters[key]
  const had = Object.hasOwn(parameters, key)
  delete parameters[key]
  const value = component[key]
  let shared = withheld
  if (Array.isArray(value)) {
    const items = value.map((item) => (isNode(item) ? propagate(item, propagation) : item))
    copied?.(value, items)
    put(component, key, items)
    // A list that came from the parameter is one and the same in the reference, so the parameter sees the change.
    if (withheld === value) shared = items
  } else if (isNode(value)) put(component, key, propagate(value, propagation))
  if (had && !isEmpty(withheld)) put(parameters, key, shared)
}

/** A mapping without a type gets nothing itself, but components among its values do (`request_parameters: {fields: {type: QueryProperties}}`). */
function plainMapping(mapping: Fields, propagation: Propagation): Fields {
  const isComponent = (value: unknown): value is Node => isNode(value) && !isEmpty(value['type'])
  for (const [key, value] of Object.entries(mapping)) {
    if (isComponent(value)) put(mapping, key, propagate(value, propagation))
  }
  return mapping
}

function fillType(component: Fields, place: string): void {
  if (Object.hasOwn(component, 'type')) return
  const type = (Object.hasOwn(component, 'class_name') ? customTypes : defaultTypes).get(place)
  if (type !== undefined) component['type'] = type
}

/** `type: object`, `type: [object, null]`, or a schema's `properties` with one named `type`. */
function isSchemaType(type: unknown): boolean {
  return type === 'object' || (typeof type === 'object' && type !== null)
}

/** What Python calls false. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isNode(value)) return Object.keys(value).length === 0
  return !value
}
