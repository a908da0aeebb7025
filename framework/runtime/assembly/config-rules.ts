import { ConfigRules } from '../../components/config-rules/config-rule.ts'
import { buildTyped, isNode } from '../../manifest/definition/build.ts'
import type { BuildContext, Language } from '../../manifest/definition/component.ts'
import { filesBeside } from '../../manifest/document/manifest-files.ts'
import { idleJobs, idleServices } from '../../manifest/idle-services.ts'
import type { Manifest } from '../../manifest/manifest.ts'

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
