import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { startSandbox } from '../../sandbox/sandbox.ts'
import { runConnector, temporaryFolder } from '../cli/run.ts'

const run = promisify(execFile)

/** Two accounts of a sandbox in a file, and the environment that the examples read. */
async function openPlace() {
  const sandbox = await startSandbox({ posts: 0, instagram: { accounts: 2, media: 7 } })
  onTestFinished(() => sandbox.close())
  const folder = temporaryFolder()
  const [one = '', two = ''] = sandbox.truth.accounts()
  const entries = [one, two].map((id, index) => `  - { ig_user_id: '${id}', name: n${index}, login: instagram, token: env:TOKEN_${index} }`)
  writeFileSync(join(folder, 'accounts.yaml'), `accounts:\n${entries.join('\n')}\n`)
  const config = { base_url: sandbox.url, instagram_base_url: sandbox.instagramUrl }
  const env = {
    CONNECTOR_ACCOUNTS: `file:${join(folder, 'accounts.yaml')}`,
    CONNECTOR_OUTPUT: `jsonl:${join(folder, 'data')}`,
    CONNECTOR_CONFIG: JSON.stringify(config),
    CRON_SECRET: 'hidden',
    TOKEN_0: sandbox.tokens.instagram(one),
    TOKEN_1: sandbox.tokens.instagram(two),
  }
  /** Runs a module that imports an example as its platform would, by the name of the package. */
  const play = async (script: string) => {
    const { PATH = '' } = process.env
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env: { PATH, ...env } })
    return JSON.parse(stdout)
  }
  return { sandbox, folder, env, config, play }
}

const synced = { success: true, accounts_processed: 2, posts_inserted: 14, requests_made: 2 }

describe('the examples', () => {
  it('run as a route of Next.js, for GET and POST, and refuse strangers', async () => {
    const { play } = await openPlace()
    const script = `
      import { GET, POST } from './examples/nextjs/app/api/cron/instagram/route.js'
      const ask = (secret) => new Request('https://x.example/api/cron/instagram', { headers: { authorization: 'Bearer ' + secret } })
      const stranger = await GET(ask('wrong'))
      const first = await (await GET(ask('hidden'))).json()
      const second = await (await POST(ask('hidden'))).json()
      console.log(JSON.stringify({ stranger: stranger.status, first, second }))`
    const { stranger, first, second } = await play(script)
    expect(stranger).toBe(401)
    expect(first).toMatchObject(synced)
    // Accounts that were synced ten minutes ago or less are not due again.
    expect(second).toMatchObject({ success: true, requests_made: 0 })
    const { crons } = JSON.parse(readFileSync('examples/nextjs/vercel.json', 'utf8'))
    expect(crons[0].path).toBe('/api/cron/instagram')
  })

  it('run on AWS Lambda, by schedule and by request', async () => {
    const { play } = await openPlace()
    const script = `
      import { handler } from './examples/aws-lambda/handler.js'
      const scheduled = await handler({ source: 'aws.events', 'detail-type': 'Scheduled Event' }, {})
      const requestContext = { http: { method: 'GET', path: '/healthz' }, domainName: 'x.example' }
      const event = { version: '2.0', rawPath: '/healthz', rawQueryString: '', headers: { host: 'x.example' }, requestContext, isBase64Encoded: false }
      const answered = await handler(event, {})
      console.log(JSON.stringify({ scheduled, answered }))`
    const { scheduled, answered } = await play(script)
    expect(scheduled).toMatchObject(synced)
    expect(answered).toMatchObject({ statusCode: 200, body: expect.stringContaining('"accounts":2') })
  })

  it('run as a Supabase function, with its name in front of the path', async () => {
    const { play } = await openPlace()
    const source = readFileSync('examples/supabase/functions/instagram-sync/index.ts', 'utf8')
    // What Deno does by itself: types go, `npm:` names a package and its version.
    const plain = source.replace('(request: Request)', '(request)').replace(/'npm:([^@']+)@[^/']+/g, "'$1")
    const script = `
      let serve
      const env = { ...process.env, SUPABASE_DB_URL: process.env.CONNECTOR_ACCOUNTS }
      globalThis.Deno = {
        env: { get: (name) => (name === 'SUPABASE_DB_URL' ? undefined : env[name]), toObject: () => env },
        serve: (handler) => { serve = handler },
      }
      ${plain}
      const headers = { authorization: 'Bearer hidden' }
      const answer = await serve(new Request('https://x.supabase.co/instagram-sync/api/cron/instagram', { method: 'POST', headers }))
      const page = await serve(new Request('https://x.supabase.co/instagram-sync'))
      console.log(JSON.stringify({ summary: await answer.json(), page: page.status }))`
    expect(await play(script)).toMatchObject({ summary: synced, page: 200 })
    expect(readFileSync('examples/supabase/schedule.sql', 'utf8')).toContain('/functions/v1/instagram-sync/api/cron/instagram')
  })

  it('run from cron and in a workflow, with the flags that they name', async () => {
    const { env, folder, config } = await openPlace()
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
    const workflow = parse(readFileSync('examples/github-actions/.github/workflows/instagram-sync.yml', 'utf8'))
    const [, step] = workflow.jobs.sync.steps
    const crontab = readFileSync('examples/crontab/crontab', 'utf8')
    const flags = (text: string) => /declarative-connector\S* sync( --[^>\n]*)/.exec(text)?.[1]?.trim().split(' ') ?? []
    expect(flags(step.run)).toEqual(['--max-requests', '150', '--deadline', '600'])
    expect(Object.keys(step.env)).toEqual(['CONNECTOR_ACCOUNTS', 'CONNECTOR_OUTPUT', 'CONNECTOR_ACCOUNTS_KEY'])
    const { code, stdout } = await runConnector(['sync', ...flags(crontab), '--config', 'config.json'], { env, cwd: folder })
    expect({ code, summary: JSON.parse(stdout) }).toMatchObject({ code: 0, summary: synced })
  })
})
