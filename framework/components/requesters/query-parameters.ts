import { ConfigError } from '../../errors.ts'
import { below, buildComponent, isNode } from '../../manifest/definition/build.ts'
import type { BuildContext, Field } from '../../manifest/definition/component.ts'
import type { BoundMapping } from '../../manifest/definition/fields.ts'
import { QueryProperties } from '../read/properties.ts'

/** `request_parameters` of a requester. */
export interface QueryParameters {
  readonly values: BoundMapping
  /** The parameter that is no template but the list of properties to ask for. */
  readonly list?: { readonly name: string; readonly properties: QueryProperties }
}

/** A mapping of templates, in which one value may be a QueryProperties: it becomes the names, separated by commas. */
export function queryParameters(values: Field<BoundMapping>): Field<QueryParameters> {
  return {
    ...values,
    build: (node, context) => {
      const lists = isNode(node) ? Object.entries(node).filter(([, value]) => isNode(value) && value['type'] === 'QueryProperties') : []
      const [found, second] = lists
      if (second) throw new ConfigError('ERR_MANIFEST_INVALID', 'only one of the request_parameters may be a QueryProperties')
      if (!found || !isNode(node)) return { values: values.build(node, context) }
      const [name, definition] = found
      const { [name]: _, ...others } = node
      return { values: values.build(others, context), list: { name, properties: buildList(name, definition, context) } }
    },
  }
}

function buildList(name: string, node: unknown, context: BuildContext): QueryProperties {
  return buildComponent(QueryProperties, node, below(context, name))
}
