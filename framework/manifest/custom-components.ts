import { classNames, isNode } from './definition/build.ts'
import type { Language } from './definition/component.ts'
import type { Manifest } from './manifest.ts'

/** A class that a manifest names and that is no part of the language. */
export interface CustomComponent {
  /** `CustomRecordExtractor`, … */
  readonly type: string
  readonly className: string
  /** Streams that cannot be read without it; `check` where the check needs it. */
  readonly neededBy: readonly string[]
  /** True when an implementation is registered. */
  readonly registered: boolean
}

/** The classes that a manifest names, in the order of the manifest. Streams need those of their parents too. */
export function customComponents(manifest: Manifest, { components }: Language): readonly CustomComponent[] {
  const types = new Set(components.map(({ type }) => type))
  const found = new Map<string, { type: string; className: string; neededBy: Set<string> }>()
  const note = (owner: string) => (type: string, className: string) => {
    const entry = found.get(`${type} ${className}`) ?? { type, className, neededBy: new Set<string>() }
    entry.neededBy.add(owner)
    found.set(`${type} ${className}`, entry)
  }
  for (const [index, node] of [...manifest.streams, ...manifest.dynamicStreams].entries()) {
    const name = isNode(node) && typeof node['name'] === 'string' ? node['name'] : `streams[${index}]`
    walk(node, note(name))
  }
  walk(manifest.check, note('check'))
  return [...found.values()].map(({ type, className, neededBy }) => ({
    ...{ type, className, neededBy: [...neededBy] },
    registered: classNames(className).some((name) => types.has(name)),
  }))
}

function walk(value: unknown, note: (type: string, className: string) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, note)
  if (!isNode(value)) return
  const { type, class_name: className } = value
  if (typeof className === 'string') note(String(type ?? 'custom component'), className)
  // Parameters are copies of what stands elsewhere; schemas hold names of the records' own.
  for (const [key, item] of Object.entries(value)) if (key !== '$parameters' && key !== 'schema') walk(item, note)
}
