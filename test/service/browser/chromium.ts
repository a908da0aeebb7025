import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The browser of this machine; undefined without one: then nothing can be looked at. */
export const chromiumPath: string | undefined = [process.env['CONNECTOR_TEST_CHROMIUM'], '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
)

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Chromium with an empty profile, which goes with it. */
export async function openChromium(executablePath: string) {
  const { chromium } = await import('playwright-core')
  const profile = mkdtempSync(join(tmpdir(), 'connector-chromium-'))
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: FLAGS, timeout: 60_000 })
  const close = async () => {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  }
  return { context, close }
}
