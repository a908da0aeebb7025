import { ConfigRules } from '../components/config-rules/config-rule.ts'
import { buildTyped, isNode } from './build.ts'
import type { BuildContext, Language } from './component.ts'
import { idleJobs, idleServices } from './idle-services.ts'
import type { Manifest } from './manifest.ts'
import { filesBeside } from './manifest-files.ts'

/** The `config_normalization_rules` of a manifest; undefined when it has none. Throws ConfigError with their places. */
export function buildConfigRules({ spec, dialect, file, locate }: Manifest, language: Language, given: unknown): ConfigRules | undefined {
  if (!spec.configRules) return undefined
  const context: BuildContext = {
    language,
    dialect,
    config: isNode(given) ? given : {},
    parameters: {},
    roots: [],
    services: idleServices,
    jobs: idleJobs,
    files: filesBeside(file),
    path: 'spec.config_normalization_rules',
    locate,
    warn: () => undefined,
  }
  return buildTyped({ family: ConfigRules, type: 'ConfigNormalizationRules' }, spec.configRules, context)
}
