import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export const main = new URL('../dist/cli/main.js', import.meta.url).pathname

export interface World {
  readonly pages: number
  readonly days: number
  readonly posts: number
}

export interface SandboxProcess {
  readonly url: string
  readonly world: World
  stop(): Promise<void>
}

/** Starts `connector sandbox` and resolves with the address that it prints. */
export async function startSandboxProcess(world: World): Promise<SandboxProcess> {
  return { ...(await startSandbox({ ...world })), world }
}

/** The same with any flags of the command. */
export async function startSandbox(options: Readonly<Record<string, number>>): Promise<Omit<SandboxProcess, 'world'>> {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(process.execPath, [main, 'sandbox', ...flags], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'close')
  }
  return { url, stop }
}
