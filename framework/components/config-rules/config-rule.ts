import type { ConfigRules as Rules } from '../../manifest/config.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

/** Changes a config in place. */
export type ConfigTransformation = (config: Record<string, unknown>) => void
export const ConfigTransformation = defineFamily<ConfigTransformation>(
  'ConfigTransformation',
  'Changes the config before anything else sees it.',
)

/** The same as a step that the config keeps: what it changed is handed on to whoever holds the config. */
export const ConfigMigrationRule = defineFamily<ConfigTransformation>('ConfigMigration', 'Brings configs of older versions up to date.')

/** Throws ConfigError when the config does not hold what it must; values are never repeated in the error. */
export type ConfigValidator = (config: Readonly<Record<string, unknown>>) => Promise<void>
export const ConfigValidator = defineFamily<ConfigValidator>('ConfigValidator', 'Checks the config beyond its schema.')

/** Throws ConfigError when a value is not what it must be. */
export type ValidationStrategy = (value: unknown) => Promise<void>
export const ValidationStrategy = defineFamily<ValidationStrategy>('ValidationStrategy', 'What a validated value must be.')

/** All rules of a spec. */
export type ConfigRules = Rules
export const ConfigRules = defineFamily<ConfigRules>('ConfigRules', 'What happens to a config before it is used.')
