import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startSandbox } from '../../../sandbox/sandbox.ts'
import { runConnector, temporaryFolder } from '../run.ts'

async function openPlace() {
  const sandbox = await startSandbox({ posts: 0, instagram: { accounts: 1, media: 4 } })
  onTestFinished(() => sandbox.close())
  const folder = temporaryFolder()
  const [id = ''] = sandbox.truth.accounts()
  writeFileSync(join(folder, 'accounts.yaml'), `accounts:\n  - { ig_user_id: '${id}', name: one, login: instagram, token: env:TOKEN }\n`)
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ instagram_base_url: sandbox.instagramUrl }))
  const env = { TOKEN: sandbox.tokens.instagram(id), CONNECTOR_ACCOUNTS: 'file:accounts.yaml', CONNECTOR_OUTPUT: 'jsonl:data' }
  return { folder, env, sandbox }
}

describe('connector serve', () => {
  it('says where it listens, syncs when asked with the secret, and ends on a signal', async () => {
    const { folder, env, sandbox } = await openPlace()
    const args = ['serve', '--port', '0', '--config', 'config.json', '--deadline', '20']
    const seen: unknown[] = []
    const ended = await runConnector(args, {
      cwd: folder,
      env: { ...env, CRON_SECRET: 'hidden' },
      meanwhile: async (child) => {
        if (!child.stdout) throw new TypeError('no stdout')
        for await (const line of createInterface({ input: child.stdout })) {
          const { url } = JSON.parse(line) as { url: string }
          const stranger = await fetch(`${url}/api/cron/instagram`)
          const answer = await fetch(`${url}/api/cron/instagram`, { headers: { authorization: 'Bearer hidden' } })
          const page = await fetch(url)
          seen.push(stranger.status, await answer.json(), (await page.text()).includes('>one<'))
          break
        }
        child.kill('SIGTERM')
      },
    })
    expect(seen).toEqual([401, expect.objectContaining({ success: true, posts_inserted: 4 }), true])
    expect(ended.code).toBe(0)
    expect(ended.stdout + ended.stderr).not.toMatch(/hidden|sandbox-instagram-token/)
    expect(sandbox.requests).toHaveLength(1)
  })

  it('ends with 2 when the port is taken, and when a secret is an argument', async () => {
    const { folder, env } = await openPlace()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const taken = await runConnector(['serve', '--port', String(port)], { cwd: folder, env })
    expect({ code: taken.code, said: taken.stderr.includes('choose another --port') }).toEqual({ code: 2, said: true })
    const open = await runConnector(['serve', '--secret', 'plain-words'], { cwd: folder, env })
    expect({ code: open.code, said: open.stderr.includes('--secret takes a reference') }).toEqual({ code: 2, said: true })
    expect(open.stderr).not.toContain('plain-words')
  })
})
