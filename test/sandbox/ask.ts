import { afterAll, beforeAll } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts'

/** Start of the fake clock in these tests. */
export const NOW = '2026-11-20T12:00:00Z'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: decoded JSON of unknown shape
  readonly json: any
}

export interface Question {
  readonly token?: string
  readonly method?: string
  readonly body?: URLSearchParams | string
  readonly headers?: Record<string, string>
}

/** One call with the global fetch; the token goes into the header. An empty token sends none. */
export async function ask(sandbox: Sandbox, path: string, question: Question = {}): Promise<Answer> {
  const { token = 'sandbox-user-token', method = 'GET', body, headers = {} } = question
  const authorization = token === '' ? {} : { authorization: `Bearer ${token}` }
  const url = path.startsWith('http') ? path : `${sandbox.url}${path}`
  const init = { method, headers: { ...authorization, ...headers }, redirect: 'manual' as const, ...(body === undefined ? {} : { body }) }
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Some faults send what is no JSON; those tests look at the text.
    return undefined
  }
}

/** `code`, or `code/subcode`. */
export function codeOf({ json }: Answer): string {
  const { code, error_subcode } = json.error
  return error_subcode === undefined ? String(code) : `${code}/${error_subcode}`
}

/** The id of the nth Page of the list and its Page token. */
export function pageOf(sandbox: Sandbox, index = 0): { id: string; token: string } {
  const id = sandbox.pages.listed[index] ?? ''
  return { id, token: sandbox.tokens.page(id) }
}

/** One sandbox for the tests of a `describe`. */
export function withSandbox(options: SandboxOptions = {}): () => Sandbox {
  let sandbox: Sandbox | undefined
  beforeAll(async () => {
    sandbox = await startSandbox({ now: NOW, ...options })
  })
  afterAll(() => sandbox?.close())
  return () => {
    if (!sandbox) throw new Error('the sandbox is not up yet')
    return sandbox
  }
}
