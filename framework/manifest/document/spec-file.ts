import { defined } from '../../defined.ts'
import type { Node } from '../definition/build.ts'
import { describe, isNode } from '../definition/build.ts'
import type { ManifestFiles } from '../definition/component.ts'
import { syntaxError } from './syntax-error.ts'
import { parseYaml } from './yaml.ts'

const names = ['spec.yaml', 'spec.yml', 'spec.json']

/**
 * The spec of a foreign manifest that has none inside: the first of `spec.yaml`, `spec.yml` and `spec.json` beside it, in the words
 * of a manifest. Undefined when there is no such file. Throws ConfigError with file:line:column for one that is not a mapping.
 */
export function specFile(files: ManifestFiles): Node | undefined {
  for (const file of names) {
    const text = files.read(file)
    if (text === undefined) continue
    const { root, positions } = parseYaml({ text, file }, () => 'airbyte')
    if (isNode(root)) return inOurWords(root)
    throw syntaxError(`a spec is a mapping, found ${describe(root)}`, positions.at(0))
  }
  return undefined
}

/** Such files are written as the protocol prints a spec. */
function inOurWords({ connectionSpecification, documentationUrl, ...rest }: Node): Node {
  return {
    ...rest,
    ...defined({ connection_specification: connectionSpecification, documentation_url: documentationUrl }),
  }
}
