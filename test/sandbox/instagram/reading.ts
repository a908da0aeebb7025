import type { Sandbox } from '../../../sandbox/sandbox.ts'
import { type Answer, ask } from '../ask.ts'

/** The id of the nth account. */
export function accountOf(sandbox: Sandbox, index = 0): string {
  return sandbox.instagram.accounts[index] ?? ''
}

/** One call below an account at the Facebook host. */
export function askAccount(sandbox: Sandbox, rest: string, { index = 0, token = 'sandbox-user-token' } = {}): Promise<Answer> {
  return ask(sandbox, `/v25.0/${accountOf(sandbox, index)}${rest}`, { token })
}

/** One call at the Instagram host. */
export function askInstagram(sandbox: Sandbox, path: string, token = 'sandbox-instagram-token'): Promise<Answer> {
  return ask(sandbox, `${sandbox.instagramUrl}${path}`, { token })
}

/** All rows of a list, and in how many pages they came. */
export async function readAll(sandbox: Sandbox, path: string, token?: string) {
  const rows: { id: string; timestamp: string; [field: string]: unknown }[] = []
  let pages = 0
  for (let next: string | undefined = path; next !== undefined; pages++) {
    const { json }: Answer = await ask(sandbox, next, token === undefined ? {} : { token })
    rows.push(...json.data)
    next = json.paging?.next
  }
  return { rows, pages }
}

/** Unix seconds of a time. */
export function seconds(text: string): number {
  return Date.parse(text) / 1_000
}
