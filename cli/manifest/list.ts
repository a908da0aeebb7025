import type { Command } from '../command.ts'

export const list: Command = {
  name: 'list',
  summary: 'show the connectors that are installed',
  examples: ['connector list --json'],
  options: [{ flags: '--json', description: 'one JSON object per line' }],
  run: async ({ options, io }) => {
    const { installedPackages } = await import('../config/installed.ts')
    const connectors = await installedPackages({ options, io })
    if (options['json'] === true) {
      for (const { id, product, name, manifest } of connectors) io.stdout.write(`${JSON.stringify({ id, product, name, manifest })}\n`)
      return 0
    }
    const width = Math.max(...connectors.map(({ product }) => product.length))
    for (const { id, product, name } of connectors) io.stdout.write(`${product.padEnd(width)}  ${name}  (${id})\n`)
    return 0
  },
}
