import { findConnector } from '../../compose/connector-source.ts'
import type { Command } from '../command.ts'
import { COMPONENTS } from '../options.ts'

export const spec: Command = {
  name: 'spec',
  summary: 'print what a config must hold, as JSON Schema',
  examples: ['connector spec facebook_pages'],
  argument: { name: '[connector]', description: 'manifest file, id or product' },
  // Platforms pass the same flags to every verb; a spec needs no code.
  options: [COMPONENTS],
  run: async ({ argument, io }) => {
    const { text, file } = findConnector(argument, io.env)
    const { loadSpec } = await import('../../framework/runtime/spec.ts')
    io.stdout.write(`${JSON.stringify({ type: 'SPEC', spec: loadSpec(text, file) })}\n`)
    return 0
  },
}
