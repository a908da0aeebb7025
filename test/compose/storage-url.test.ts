import { describe, expect, it } from 'vitest'
import { storageUrl } from '../../compose/storage-url.ts'
import { parsePostgresUrl } from '../../framework/index.ts'

function opened(given: string, env: Readonly<Record<string, string>> = {}) {
  const secrets: string[] = []
  const logs: string[] = []
  const redactor = { secret: (value: string) => void secrets.push(value), redact: (text: string) => text }
  const report = { log: (level: string, message: string) => void logs.push(`${level}: ${message}`) }
  return { url: storageUrl(given, { env, redactor, report }), secrets, logs }
}

describe('storageUrl', () => {
  it.each([
    ['a URL', 'postgres://u:pa%23ss@h/d', ['pa%23ss', 'pa#ss']],
    ['a parameter', 'postgres://u@h/d?password=hidden1', ['hidden1']],
    ['pairs', "host=h dbname=d user=u password='hid den'", ['hid den']],
    ['a mistyped scheme', 'postgress://u:hidden1@h/d', ['hidden1']],
    ['a schema registry', 'https://u:hidden1@registry.example.com', ['hidden1']],
  ])('keeps the password of %s secret', (_what, given, expected) => {
    expect(opened(given).secrets).toEqual(expect.arrayContaining(expected))
  })

  it('keeps the password of the environment secret', () => {
    expect(opened('postgres://u@h/d', { PGPASSWORD: 'hidden1' }).secrets).toContain('hidden1')
    expect(opened('env:DB', { DB: 'postgres://u:hidden1@h/d' }).secrets).toContain('hidden1')
  })

  it('turns pairs into a URL of the same database', () => {
    const pairs = "host=db.example.com port=5433 dbname='my db' user=u password='p&=#w' sslmode=require"
    const { url } = opened(pairs)
    expect(url).toMatch(/^postgresql:/)
    expect(parsePostgresUrl(url, {})).toEqual(parsePostgresUrl(pairs, {}))
  })

  it('warns of parameters without effect and leaves other places alone', () => {
    expect(opened('postgres://u@h/d?shema=x').logs).toEqual([expect.stringMatching(/^warn: .*'shema'/)])
    expect(opened('jsonl:out/a=b').url).toBe('jsonl:out/a=b')
    expect(opened('states/user=1.json').url).toBe('states/user=1.json')
  })
})
