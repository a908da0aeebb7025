import { ConfigError } from '../../errors.ts'
import type { Component, Language } from './component.ts'

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
