import { ConfigError } from '../../framework/errors.ts'
import type { CustomComponent } from '../../framework/manifest/custom-components.ts'
import type { Command } from '../command.ts'
import { COMPONENTS } from '../options.ts'

export const validate: Command = {
  name: 'validate',
  summary: 'lint a manifest: YAML, references, components, templates',
  examples: ['connector validate manifest.yaml', 'connector validate manifest.yaml --components ./my-components.js'],
  argument: { name: '<file>', description: 'manifest file, id or product' },
  options: [COMPONENTS],
  run: async (invocation) => {
    const { argument, io } = invocation
    const { installedConnector } = await import('../config/installed.ts')
    const source = await installedConnector(invocation, argument)
    const { validateManifest } = await import('../../framework/runtime/assembly/validate.ts')
    const { components } = await import('../../framework/components/index.ts')
    const { createLanguage } = await import('../../framework/manifest/definition/language.ts')
    const { ownComponents } = await import('../config/own-components.ts')
    const own = [...(source.package ? (await source.package.load()).components : []), ...(await ownComponents(invocation))]
    const { errors, warnings, custom } = validateManifest(source.text, source.file, createLanguage([...components, ...own]))
    for (const warning of warnings) io.stderr.write(`warning: ${warning.message}\n`)
    for (const error of errors) io.stderr.write(`error: ${error.message}\n`)
    if (errors.length > 0)
      throw new ConfigError('ERR_MANIFEST_INVALID', `${source.file}: ${errors.length} error(s), ${warnings.length} warning(s)`)
    for (const entry of custom) io.stdout.write(`${describeCustom(entry)}\n`)
    io.stdout.write(`${source.file}: valid${warnings.length > 0 ? `, ${warnings.length} warning(s)` : ''}\n`)
    return 0
  },
}

/** A class that the manifest names, whether it is given, and what cannot be read without it. */
function describeCustom({ type, className, neededBy, registered }: CustomComponent): string {
  return `${registered ? 'has' : 'needs'} the code of ${type} ${className} (--components) for: ${neededBy.join(', ')}`
}
