import { defined } from '../../framework/defined.ts'
import type { Command, OptionValues } from '../command.ts'
import { text } from '../command.ts'
import { wholeNumber } from '../output/numbers.ts'

export const sandbox: Command = {
  name: 'sandbox',
  summary: 'run a local Graph API with seeded data, a fake clock and injectable faults',
  examples: ['connector sandbox --port 4010 --accounts 2 --media 40'],
  options: [
    { flags: '--port <n>', description: 'default: a free port' },
    { flags: '--host <address>', description: 'default: 127.0.0.1' },
    { flags: '--seed <n>', description: 'all data follow from it (1)' },
    { flags: '--now <date>', description: 'start of the fake clock; default: the present' },
    { flags: '--pages <n>', description: 'Pages of the user token (3)' },
    { flags: '--days <n>', description: 'days of history (400)' },
    { flags: '--posts <n>', description: 'posts per Page (120)' },
    { flags: '--instagram-port <n>', description: 'of the second address, graph.instagram.com; default: a free port' },
    { flags: '--accounts <n>', description: 'Instagram accounts; default: most Pages have one' },
    { flags: '--media <n>', description: 'media per Instagram account (120)' },
    { flags: '--container-seconds <n>', description: 'until an image or video can be published (5 for images, 60 for videos)' },
    { flags: '--latency <ms>', description: 'added to every answer' },
    { flags: '--app-secret <secret>', description: 'require appsecret_proof' },
    { flags: '--fault <json>', description: 'a fault to start with, see sandbox/README.md', repeat: true },
  ],
  run: async ({ options, io }) => {
    const { startSandbox } = await import('../../sandbox/sandbox.ts')
    const sandbox = await startSandbox(settings(options))
    for (const fault of [options['fault'] ?? []].flat()) sandbox.faults.add(JSON.parse(String(fault)))
    io.stdout.write(`${sandbox.url}\n`)
    io.stderr.write(
      `sandbox of graph.facebook.com at ${sandbox.url}, of graph.instagram.com at ${sandbox.instagramUrl} – tokens, routes and faults: ${sandbox.url}/__sandbox/ – Ctrl-C ends it\n`,
    )
    await new Promise<void>((resolve) => {
      if (io.signal.aborted) resolve()
      io.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await sandbox.close()
    return 0
  },
}

function settings(options: OptionValues) {
  const numbers = ['port', 'seed', 'pages', 'days', 'posts', 'instagramPort'] as const
  const accounts = wholeNumber(options, 'accounts')
  const media = wholeNumber(options, 'media')
  const latency = wholeNumber(options, 'latency')
  const containerSeconds = wholeNumber(options, 'containerSeconds')
  const now = text(options, 'now')
  const host = text(options, 'host')
  const appSecret = text(options, 'appSecret')
  return {
    ...Object.fromEntries(numbers.map((name) => [name, wholeNumber(options, name)]).filter(([, value]) => value !== undefined)),
    instagram: defined({ accounts, media }),
    ...(containerSeconds === undefined ? {} : { publishing: { imageSeconds: containerSeconds, videoSeconds: containerSeconds } }),
    ...defined({ latencyMs: latency, now, host, appSecret }),
  }
}
