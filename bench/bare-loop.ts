// What a read costs without a framework: the calls that the sandbox logged, made again with eight at a time.
import { once } from 'node:events'
import { Agent } from 'node:http'
import { got } from 'got'

interface Entry {
  readonly name?: string
  readonly values?: readonly Readonly<Record<string, unknown>>[]
}

interface Accounts {
  readonly data: readonly { readonly id: string; readonly access_token: string }[]
  readonly paging?: { readonly next?: string; readonly cursors: { readonly after: string } }
}

const base = process.argv[2] ?? ''
const log = (await got(`${base}/__sandbox/requests`).json()) as {
  requests: { method: string; path: string; query: Record<string, string> }[]
}
const tokens = new Map<string, string>()
for (let after: string | undefined = ''; after !== undefined; ) {
  const headers = { authorization: 'Bearer sandbox-user-token' }
  const page: Accounts = await got(`${base}/v26.0/me/accounts`, {
    headers,
    searchParams: { limit: 100, ...(after ? { after } : {}) },
  }).json()
  for (const { id, access_token } of page.data) tokens.set(id, access_token)
  after = page.paging?.next ? page.paging.cursors.after : undefined
}
const agent = { http: new Agent({ keepAlive: true, maxSockets: 8 }) }
const calls = log.requests.filter(({ method, path }) => method === 'GET' && /\/(insights|published_posts)$/.test(path))

let rows = 0

async function call({ path, query }: (typeof calls)[number]): Promise<void> {
  const page = path.split('/').at(-2) ?? ''
  const headers = { authorization: `Bearer ${tokens.get(page)}` }
  const body = await got(`${base}${path}`, { searchParams: query, headers, agent, retry: { limit: 0 } }).text()
  const { data } = JSON.parse(body) as { data: Entry[] }
  let lines = ''
  for (const entry of data) {
    for (const record of entry.values?.map((value) => ({ page_id: page, metric: entry.name, ...value })) ?? [entry]) {
      lines += `${JSON.stringify({ type: 'RECORD', record: { stream: page, data: record, emitted_at: 0 } })}\n`
      rows += 1
    }
  }
  if (!process.stdout.write(lines)) await once(process.stdout, 'drain')
}

const started = performance.now()
let next = 0
const worker = async () => {
  for (let entry = calls[next++]; entry; entry = calls[next++]) await call(entry)
}
process.stdout.setMaxListeners(20)
await Promise.all(Array.from({ length: 8 }, worker))
process.stderr.write(`${JSON.stringify({ rows, calls: calls.length, seconds: (performance.now() - started) / 1000 })}\n`)
