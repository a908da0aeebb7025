import type { Node } from '../../manifest/definition/build.ts'
import { defineFamily } from '../../manifest/definition/component.ts'
import type { Scope } from '../../template/template.ts'

/** Makes stream definitions of a template. */
export interface ComponentsResolver {
  /** One copy of the template per value, filled in; none share an object. */
  resolve(template: Node, signal?: AbortSignal): AsyncIterable<Node>
}
export const ComponentsResolver = defineFamily<ComponentsResolver>(
  'ComponentsResolver',
  'Finds the values that streams are made of, one stream per value.',
)

/** How texts that a mapping yields are taken: as YAML, or as they are. */
export type MappedText = 'yaml' | 'text'

export interface MappingRules {
  readonly text: MappedText
  /** Whether fields that the template lacks may be made. */
  readonly creates: boolean
}

/** Writes one field of a copy of the template. `scope` has the value as `components_values`. */
export type ComponentMapping = (copy: Record<string, unknown>, scope: Scope, rules: MappingRules) => void
export const ComponentMapping = defineFamily<ComponentMapping>('ComponentMapping', 'A field of the template and what goes there.')

/** Where in the config the values of streams stand. */
export type ConfigValues = (config: Readonly<Record<string, unknown>>) => readonly unknown[]
export const ConfigValues = defineFamily<ConfigValues>('ConfigValues', 'A list of values in the config.')

/** Lists of values that the manifest holds itself. */
export const StreamParameters = defineFamily<readonly Node[]>('StreamParameters', 'A list of values in the manifest.')

/** The template filled in for one value. */
export function fillIn(
  template: Node,
  { mappings, scope, rules }: { readonly mappings: readonly ComponentMapping[]; readonly scope: Scope; readonly rules: MappingRules },
): Node {
  const copy = structuredClone(template) as Record<string, unknown>
  for (const map of mappings) map(copy, { ...scope, stream_template_config: template }, rules)
  return copy
}
