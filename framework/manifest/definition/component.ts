import type { Clock } from '../../clock.ts'
import type { ConfigError } from '../../errors.ts'
import type { HttpClient } from '../../http/client.ts'
import type { JsonSchema } from '../../protocol/messages.ts'
import type { Reporter } from '../../report.ts'
import type { Dialect } from '../../template/template.ts'
import type { Shared } from './shared.ts'

/** A family of components that fit the same slot; `T` is what they all build. */
export interface Family<T> {
  readonly name: string
  readonly description: string
  /** Never set: carries `T` in the type, so that a slot knows what it gets. */
  readonly builds?: T
}

/** The family as its components see it: their `create` gives `Made`, which is completed to `T`. */
export interface DefinedFamily<T, Made = T> extends Family<T> {
  /** Adds the members that `create` may leave out. */
  complete(made: Made): T
}

export function defineFamily<T>(name: string, description: string): DefinedFamily<T> {
  return { name, description, complete: (made) => made }
}

/** What `create` gives where it may leave out the members `D`. */
export type WithDefaults<T, D extends keyof T> = Omit<T, D> & Partial<Pick<T, D>>

/** A family with members that most components do without: they are on every component, so that nobody has to ask for them. */
export function defineFamilyWith<T extends object, D extends keyof T>(
  name: string,
  { description, defaults }: { readonly description: string; readonly defaults: Pick<T, D> },
): DefinedFamily<T, WithDefaults<T, D>> {
  const complete = (made: WithDefaults<T, D>): T => {
    const missing = Object.entries(defaults).filter(([member]) => !(member in made))
    // In place, because it may be an instance of a class; with the defaults it has all that T demands.
    return Object.assign(made, Object.fromEntries(missing)) as WithDefaults<T, D> & T
  }
  return { name, description, complete }
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
  /** The config that it needs to be built; empty when absent. */
  readonly config?: Config
}

export interface ComponentDefinition<Made, F extends Fields> {
  /** The name in `type:`. */
  readonly type: string
  readonly summary: string
  readonly fields: F
  readonly examples: readonly Example[]
  /** Older spellings of `type` that mean the same. */
  readonly aliases?: readonly string[]
  /** Builds the runtime object once per run. Throws ConfigError when fields contradict each other. */
  readonly create: (values: Values<F>, context: BuildContext) => Made
}

/** What `defineComponent` gives. Opaque: a manifest or `--components` refers to it by its type. */
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
export function defineComponent<T, Made, F extends Fields>(
  family: DefinedFamily<T, Made>,
  definition: ComponentDefinition<Made, F>,
): Component<T> {
  const { type, summary, fields, examples, aliases = [], create } = definition
  // The builder fills every key of `fields` through that field's own build, which is what Values<F> says.
  const build: Component<T>['build'] = (values, context) => family.complete(create(values as Values<F>, context))
  return { type, summary, family, fields, examples, aliases, build }
}

/** The set of components a manifest may name. Nothing named in a manifest is ever imported from disk. */
export interface Language {
  readonly components: readonly Component[]
  /** Components that fit a slot of this family. */
  family(family: Family<unknown>): readonly Component[]
  /** This language plus a connector's own components. Throws ConfigError when a type is defined twice. */
  with(components: readonly Component[]): Language
}

export type Config = Readonly<Record<string, unknown>>

/** One value of the config that changed, at a path of keys. */
export interface ConfigChange {
  readonly path: readonly string[]
  readonly value: unknown
}

/** What a component may use of the world. Tests pass their own. */
export interface Services {
  readonly http: HttpClient
  readonly clock: Clock
  readonly report: Reporter
  /**
   * Changes the config of this run, which every template sees from then on, and hands the whole of it to whoever keeps it
   * for the next run. For credentials that the provider replaces, such as refresh tokens of a single use.
   */
  readonly updateConfig: (changes: readonly ConfigChange[]) => void
  /** What the components of a run have in common. */
  readonly shared: Shared
}

/** Where a node stands in its file. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Position of a node, or of one of its keys. Undefined for nodes that no file holds (defaults, resolvers). */
export type Locate = (node: object, key?: string | number) => Position | undefined

/** Files that belong to a manifest: schemas beside it. */
export interface ManifestFiles {
  /** Text of a file, by its path from the manifest's folder; undefined when there is none. Throws ConfigError for a path that leads outside. */
  read(path: string): string | undefined
}

/** Room for the jobs that sources work on for us, over all streams of a manifest. */
export interface JobSlots {
  /** Runs the work when there is room. Rejects with the signal's reason when that comes first. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

export interface BuildContext {
  readonly language: Language
  readonly dialect: Dialect
  readonly config: Config
  /** The merged `$parameters` that reach this node. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Names that every template of this manifest sees besides config and parameters: `account` under discovery. */
  readonly roots: readonly string[]
  readonly services: Services
  readonly jobs: JobSlots
  readonly files: ManifestFiles
  /** `streams[0].retriever.paginator` */
  readonly path: string
  readonly locate: Locate
  /** Receives what is wrong but not fatal: unknown fields of foreign manifests. */
  readonly warn: (warning: ConfigError) => void
}
