import type { JsonSchema } from '../protocol/messages.ts'
import type { BuildContext } from './build.ts'

/** A family of components that can stand in the same slot; `T` is what they all build. */
export interface Family<T> {
  readonly name: string
  readonly description: string
  /** Never set: carries `T` in the type, so that a slot knows what it gets. */
  readonly builds?: T
}

export function defineFamily<T>(name: string, description: string): Family<T> {
  return { name, description }
}

/** One field of a component: its JSON Schema, and how a node of a manifest becomes the value that `create` gets. */
export interface Field<T> {
  readonly schema: JsonSchema
  readonly optional: boolean
  /** Throws ConfigError for a node of the wrong shape. `node` is undefined when the field is absent. */
  build(node: unknown, context: BuildContext): T
  /** The family of a slot, for the generated schema and reference. */
  readonly family?: Family<unknown>
}

export type Fields = Readonly<Record<string, Field<unknown>>>
/** What `create` receives: every field built; an absent optional field is undefined. */
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }

export interface Example {
  readonly title: string
  /** A node that builds on its own; documentation and test at once. */
  readonly manifest: Readonly<Record<string, unknown>>
}

export interface ComponentDefinition<T, F extends Fields> {
  /** The name in `type:`. */
  readonly type: string
  readonly summary: string
  readonly fields: F
  readonly examples: readonly Example[]
  /** Older spellings of `type` that mean the same. */
  readonly aliases?: readonly string[]
  /** Builds the runtime object once per run. Throws ConfigError when fields contradict each other. */
  readonly create: (values: Values<F>, context: BuildContext) => T
}

export interface Component<T = unknown> {
  readonly type: string
  readonly summary: string
  readonly family: Family<T>
  readonly fields: Fields
  readonly examples: readonly Example[]
  readonly aliases: readonly string[]
  readonly build: (values: Readonly<Record<string, unknown>>, context: BuildContext) => T
}

/** A component is defined once: schema, types, builder, error texts and the reference page derive from this object. */
export function defineComponent<T, F extends Fields>(family: Family<T>, definition: ComponentDefinition<T, F>): Component<T> {
  const { type, summary, fields, examples, aliases = [], create } = definition
  // The builder fills every key of `fields` through that field's own build, which is what Values<F> says.
  return { type, summary, family, fields, examples, aliases, build: (values, context) => create(values as Values<F>, context) }
}
