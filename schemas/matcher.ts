import { hasFormats } from './formats.ts'
import { BOOLEAN, INTEGER, NOTHING, NULL, NUMBER, type ObjectShape, type Shape, takesLong } from './shape.ts'

/**
 * A shape made ready for records: tells at once whether a value has it, and counts which fields came. This runs for every field of every
 * record; a record of a known shape costs less than a microsecond.
 */
export class Matcher {
  /** How often the value was there, and how often it was an object. */
  present = 0
  objects = 0
  /** The lesson that brought this value, and the one that brought its being an object. */
  readonly #born: number
  #objectBorn = 0
  #shape: Shape
  #any = false
  #scalars = 0
  #isText = false
  #formats = 0
  #texts: ReadonlySet<string> | undefined
  #fields: Map<string, Matcher> | undefined
  #values: Matcher | undefined
  #elements: Matcher | undefined

  constructor(shape: Shape, lesson = 0) {
    this.#born = lesson
    this.#shape = shape
    this.adopt(shape, lesson)
  }

  /** Takes a wider shape; what was counted stays. */
  adopt(shape: Shape, lesson: number): void {
    this.#shape = shape
    this.#any = shape.any
    this.#scalars = shape.scalars
    this.#isText = shape.text !== undefined
    this.#formats = shape.text?.formats ?? 0
    this.#texts = shape.text?.values
    this.#adoptObject(shape.object, lesson)
    this.#elements = adopted(this.#elements, shape.array, lesson)
  }

  #adoptObject(object: ObjectShape | undefined, lesson: number): void {
    if (!object) {
      this.#fields = undefined
      this.#values = undefined
      return
    }
    if (!this.#fields) this.#objectBorn = lesson
    const fields = new Map<string, Matcher>()
    for (const [name, shape] of object.fields) fields.set(name, adopted(this.#fields?.get(name), shape, lesson) ?? new Matcher(shape))
    this.#fields = fields
    this.#values = adopted(this.#values, object.values, lesson)
  }

  /** True when the value has the shape. Counts what is known of it in any case. */
  take(value: unknown): boolean {
    if (this.#any) return true
    switch (typeof value) {
      case 'string':
        return this.#isText && hasFormats(value, this.#formats) && (this.#texts === undefined || this.#texts.has(value))
      case 'number':
        return (this.#scalars & NUMBER) !== 0 || ((this.#scalars & INTEGER) !== 0 && Number.isInteger(value))
      case 'boolean':
        return (this.#scalars & BOOLEAN) !== 0
      case 'object':
        if (value === null) return (this.#scalars & NULL) !== 0
        return Array.isArray(value) ? this.#takeArray(value) : this.#takeObject(value as Record<string, unknown>)
      case 'bigint':
        return takesLong(this.#shape, value)
      default:
        return false
    }
  }

  #takeArray(values: readonly unknown[]): boolean {
    const elements = this.#elements
    if (!elements) return false
    let fits = true
    for (const value of values) if (!elements.take(value)) fits = false
    return fits
  }

  #takeObject(value: Record<string, unknown>): boolean {
    const fields = this.#fields
    if (!fields) return false
    this.objects += 1
    let fits = true
    for (const key in value) {
      const inner = value[key]
      if (inner === undefined) continue
      const matcher = fields.get(key) ?? this.#values
      if (matcher === undefined) {
        fits = false
        continue
      }
      matcher.present += 1
      if (!matcher.take(inner)) fits = false
    }
    return fits
  }

  /** Counts the parts of a value that a lesson has just brought: `take` did not know them. */
  countNew(value: unknown, lesson: number): void {
    if (Array.isArray(value)) {
      for (const inner of value) this.#elements?.countNew(inner, lesson)
      return
    }
    if (typeof value !== 'object' || value === null || !this.#fields) return
    if (this.#objectBorn === lesson) this.objects += 1
    for (const [key, inner] of Object.entries(value)) {
      const matcher = this.#fields.get(key) ?? this.#values
      if (!matcher || inner === undefined) continue
      if (matcher.#born === lesson) matcher.present += 1
      matcher.countNew(inner, lesson)
    }
  }

  /**
   * The shape, with what every object was seen to have. `first`: no records were known before these. What a lesson brought says itself
   * what its first objects had.
   */
  learned(records: 'first' | 'further'): Shape {
    const { object } = this.#shape
    if (!object) return this.#elements ? { ...this.#shape, array: this.#elements.learned(records) } : this.#shape
    const fields = new Map([...object.fields.keys()].map((name) => [name, this.#fields?.get(name)?.learned(records) ?? NOTHING] as const))
    const values = this.#values?.learned(records)
    const required = this.#required(object, this.#objectBorn === 0 ? records : 'further')
    return { ...this.#shape, object: { ...object, fields, values, required }, array: this.#elements?.learned(records) }
  }

  #required({ fields, required, declared }: ObjectShape, records: 'first' | 'further'): ReadonlySet<string> {
    if (this.objects === 0) return required
    const always = [...fields.keys()].filter((name) => this.#fields?.get(name)?.present === this.objects)
    return new Set([...always.filter((name) => records === 'first' || required.has(name)), ...(declared ?? [])])
  }

  /** Paths of fields that were in every object before, and in none now. */
  gone(path: readonly string[] = []): readonly (readonly string[])[] {
    const names = this.objects > 0 ? [...(this.#shape.object?.required ?? [])] : []
    const own = names.filter((name) => this.#fields?.get(name)?.present === 0).map((name) => [...path, name])
    const inner = [...(this.#fields ?? [])].flatMap(([name, matcher]) => matcher.gone([...path, name]))
    return [...own, ...inner, ...(this.#elements?.gone([...path, '[]']) ?? [])]
  }

  /** How often the value at a path came. */
  countOf([name, ...rest]: readonly string[]): number {
    if (name === undefined) return this.present
    const inner = name === '[]' ? this.#elements : this.#fields?.get(name)
    return inner?.countOf(rest) ?? 0
  }
}

function adopted(known: Matcher | undefined, shape: Shape | undefined, lesson: number): Matcher | undefined {
  if (shape === undefined) return undefined
  if (known === undefined) return new Matcher(shape, lesson)
  known.adopt(shape, lesson)
  return known
}
