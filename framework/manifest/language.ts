import { ConfigError } from '../errors.ts'
import type { Component, Family } from './component.ts'

/** The set of components a manifest may name. Nothing named in a manifest is ever imported from disk. */
export interface Language {
  readonly components: readonly Component[]
  /** Components that fit a slot of this family. */
  family(family: Family<unknown>): readonly Component[]
  /** This language plus a connector's own components. Throws ConfigError when a type is defined twice. */
  with(components: readonly Component[]): Language
}

export function createLanguage(components: readonly Component[]): Language {
  const byFamily = new Map<string, Component[]>()
  const seen = new Set<string>()
  for (const component of components) {
    const key = `${component.family.name}.${component.type}`
    if (seen.has(key))
      throw new ConfigError('ERR_COMPONENT_DUPLICATE', `component ${component.type} is defined twice in ${component.family.name}`)
    seen.add(key)
    byFamily.set(component.family.name, [...(byFamily.get(component.family.name) ?? []), component])
  }
  return {
    components,
    family: (family) => byFamily.get(family.name) ?? [],
    with: (more) => createLanguage([...components, ...more]),
  }
}
