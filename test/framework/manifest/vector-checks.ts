import type { Node } from '../../../framework/manifest/definition/build.ts'
import { propagate } from '../../../framework/manifest/document/parameters.ts'
import { createPositions } from '../../../framework/manifest/document/positions.ts'
import { resolveReferences } from '../../../framework/manifest/document/references.ts'
import type { Check } from '../components/check-vectors.ts'

const file = 'manifest_processing.json'

/** What becomes of a manifest before anything is built. */
export const checks: readonly Check[] = [
  {
    ...{ file, component: 'manifest.resolve_references' },
    run: ({ manifest }) => resolveReferences(manifest, createPositions('m.yaml', [0])),
  },
  {
    ...{ file, component: 'manifest.propagate_types_and_parameters' },
    run: (input) =>
      propagate(input['component'] as Node, {
        place: String(input['parent_field_identifier']),
        parameters: input['parent_parameters'] as Node,
        precedence: input['use_parent_parameters'] ? 'parent' : 'own',
      }),
  },
]
