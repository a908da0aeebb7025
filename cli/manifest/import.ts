import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { ConfigError } from '../../framework/errors.ts'
import { type Command, type CommandGroup, type Invocation, text } from '../command.ts'

const airbyte: Command = {
  name: 'airbyte',
  summary: 'put a manifest written for Airbyte into our envelope',
  examples: ['connector import airbyte manifest.yaml --output my_api.rest.yaml'],
  argument: { name: '<file>', description: 'the manifest' },
  options: [
    { flags: '--id <id>', description: 'conn::<origin>::<source>::<provider>::<product>::<method>; default: made of the file name' },
    { flags: '--output <file>', description: 'where the result goes; default: stdout' },
  ],
  run: async (invocation) => {
    const { argument = '', options, io } = invocation
    const { importForeign } = await import('../../framework/manifest/import-foreign.ts')
    const id = text(options, 'id')
    const output = text(options, 'output')
    const { text: result, notes } = await importForeign({ text: readManifest(argument), file: argument }, id === undefined ? {} : { id })
    for (const note of notes) io.stderr.write(`note: ${note}\n`)
    await reportCustom(result, argument, invocation)
    if (output === undefined) io.stdout.write(result)
    else await writeFile(output, result)
    return 0
  },
}

export const importManifest: CommandGroup = {
  name: 'import',
  summary: 'bring in manifests of other tools',
  subcommands: [airbyte],
}

function readManifest(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError('ERR_MANIFEST_UNREADABLE', `cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/** Says which classes the manifest needs, and what of it cannot be built. */
async function reportCustom(result: string, file: string, { io }: Invocation): Promise<void> {
  const { validateManifest } = await import('../../framework/runtime/assembly/validate.ts')
  const { components } = await import('../../framework/components/index.ts')
  const { createLanguage } = await import('../../framework/manifest/definition/language.ts')
  const { errors, custom } = validateManifest(result, file, createLanguage(components))
  for (const { type, className, neededBy } of custom) {
    io.stderr.write(`needs the code of ${type} ${className} (--components) for: ${neededBy.join(', ')}\n`)
  }
  for (const error of errors) io.stderr.write(`warning: ${error.message}\n`)
}
