import { ConfigError } from '../../errors.ts'
import { below, buildTyped, describe, isNode, locateErrors } from './build.ts'
import type { Family, Field } from './component.ts'
import type { FieldOptions } from './fields.ts'
import { gatherProblems } from './problems.ts'

/** Components under names of the manifest's own choice. */
export function namedComponents<T>(family: Family<T>, options: FieldOptions): Field<ReadonlyMap<string, T>> {
  return {
    schema: { type: 'object', additionalProperties: { $ref: `#/definitions/${family.name}` }, ...options },
    optional: false,
    family,
    build: (node, context) => {
      if (!isNode(node)) throw new ConfigError('ERR_MANIFEST_INVALID', `expected components by name, found ${describe(node)}`)
      const problems = gatherProblems()
      const built = new Map<string, T>()
      for (const [name, item] of Object.entries(node)) {
        const inner = below(context, name)
        const build = () => built.set(name, buildTyped({ family }, item, inner))
        problems.attempt(() => locateErrors(build, inner, { node, key: name }))
      }
      problems.throwAny()
      return built
    },
  }
}
