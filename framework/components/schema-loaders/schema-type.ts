import { defineFamily } from '../../manifest/definition/component.ts'
import type { JsonSchema } from '../../protocol/messages.ts'

/** What stands for a type: a name, two names, or a schema that was made already. */
export type TargetType = string | readonly string[] | JsonSchema

export const ComplexType = defineFamily<JsonSchema>('ComplexType', 'A type with a type inside.')

/** Says how a type of the source is called here; undefined when it is about another type. */
export type TypeMapping = (type: unknown, definition: unknown) => TargetType | undefined
export const TypeMapping = defineFamily<TypeMapping>('TypeMapping', 'What a type of the source is called here.')

/** Properties of a schema as a record of the source describes them. */
export type SchemaReading = (record: unknown) => Readonly<Record<string, JsonSchema>>
export const SchemaReading = defineFamily<SchemaReading>('SchemaReading', 'Where a record that describes a schema has its names and types.')
