import { onTestFinished } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'
import { configFile } from './run.ts'

export interface World {
  readonly sandbox: Sandbox
  /** Path of a config that points at the sandbox. */
  readonly config: string
}

/** A sandbox that lives as long as the test, and a config for it. */
export async function openWorld(options: SandboxOptions = {}, config: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const sandbox = await startSandbox({ pages: 2, days: 60, posts: 20, ...options })
  onTestFinished(() => sandbox.close())
  const start_date = new Date(sandbox.clock.now().getTime() - 40 * 86_400_000).toISOString().slice(0, 10)
  return { sandbox, config: configFile({ access_token: 'sandbox-user-token', start_date, base_url: sandbox.url, ...config }) }
}
