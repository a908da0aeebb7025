import type { Command } from '../command.ts'
import { COMPONENTS } from '../options.ts'

export const spec: Command = {
  name: 'spec',
  summary: 'print what a config must hold, as JSON Schema',
  examples: ['connector spec facebook_pages'],
  argument: { name: '[connector]', description: 'manifest file, id or product' },
  // Platforms pass the same flags to every verb; a spec needs no code.
  options: [COMPONENTS],
  run: async (invocation) => {
    const { installedConnector } = await import('../config/installed.ts')
    const { text, file } = await installedConnector(invocation, invocation.argument)
    const { loadSpec } = await import('../../framework/runtime/spec.ts')
    invocation.io.stdout.write(`${JSON.stringify({ type: 'SPEC', spec: loadSpec(text, file) })}\n`)
    return 0
  },
}
