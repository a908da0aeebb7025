import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parsePostgresUrl } from '../../../framework/postgres/address.ts'

const read = (text: string, env: Readonly<Record<string, string>> = {}) => parsePostgresUrl(text, env)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'libpq-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('parsePostgresUrl', () => {
  it.each<[string, string, object]>([
    [
      'Supabase through its pooler',
      'postgres://postgres.abc:pw@aws-0-eu.pooler.supabase.com:6543/postgres?sslmode=require&supa=base-pooler.x',
      { host: 'aws-0-eu.pooler.supabase.com', port: 6543, user: 'postgres.abc', tls: { rejectUnauthorized: false } },
    ],
    [
      'Supabase for Prisma',
      'postgresql://postgres.abc:pw@h.supabase.com:6543/postgres?pgbouncer=true&connection_limit=1&pool_timeout=20&schema=app',
      { maxConnections: 1, schema: 'app', tls: { rejectUnauthorized: true } },
    ],
    [
      'Neon',
      'postgresql://u:pw@ep-cool-1.eu.aws.neon.tech/neondb?sslmode=require&channel_binding=require&options=endpoint%3Dep-cool-1',
      { database: 'neondb', options: 'endpoint=ep-cool-1', channelBinding: true, tls: { rejectUnauthorized: false } },
    ],
    [
      'Vercel',
      'postgres://default:pw@ep-1-pooler.postgres.vercel-storage.com:5432/verceldb?sslmode=verify-full&connect_timeout=15&workaround=supabase-pooler.vercel',
      { connectTimeoutMs: 15_000, tls: { rejectUnauthorized: true } },
    ],
    [
      'Prisma with a certificate of its own',
      'postgresql://u:pw@db.example.com:5432/app?schema=public&sslmode=require&sslaccept=accept_invalid_certs&statement_cache_size=0',
      { schema: 'public', tls: { rejectUnauthorized: false } },
    ],
    ['Prisma with proof', 'postgresql://u:pw@db.example.com/app?sslmode=require&sslaccept=strict', { tls: { rejectUnauthorized: true } }],
    ['Heroku', 'postgres://u:pw@ec2.compute.amazonaws.com/app?sslmode=no-verify', { tls: { rejectUnauthorized: false } }],
  ])('reads what %s hands out, without a warning', (_provider, url, expected) => {
    expect(read(url)).toMatchObject({ ...expected, password: 'pw', warnings: [] })
  })

  it.each<[string, string, object]>([
    ['percent-encoded credentials', 'postgres://a%40b:p%23%2F%3F%25w@h/d', { user: 'a@b', password: 'p#/?%w' }],
    ['a blank and a lone percent in a password', 'postgres://u:a b%zz@h/d', { password: 'a b%zz' }],
    ['an encoded name of a database', 'postgres://u@h/my%23db', { database: 'my#db' }],
    ['IPv6', 'postgres://u@[::1]:5433/d', { host: '::1', port: 5433, tls: false }],
    ['a socket as a host', 'postgres://u@%2Fvar%2Frun%2Fpostgresql/d', { host: '/var/run/postgresql', tls: false }],
    ['a socket as a parameter', 'postgres:///d?host=/tmp&user=u', { host: '/tmp', user: 'u', tls: false }],
    ['the user as the database', 'postgres://u@h', { database: 'u' }],
    [
      'everything as parameters',
      'postgresql:///?host=h&port=5433&user=u&password=p&dbname=d',
      { host: 'h', port: 5433, user: 'u', password: 'p', database: 'd' },
    ],
    ['pairs', "host=h port=5433 dbname='my db' user=u password='it\\'s'", { host: 'h', port: 5433, database: 'my db', password: "it's" }],
    [
      'pairs with blanks around =',
      'host = h dbname = d application_name = nightly',
      { host: 'h', database: 'd', applicationName: 'nightly' },
    ],
    ['a search path in options', 'postgres://u@h/d?options=-c%20search_path%3Dapp,public', { schema: 'app' }],
    [
      'an address for a name',
      'postgres://u@db.example.com/d?hostaddr=10.0.0.7',
      { host: '10.0.0.7', tls: { servername: 'db.example.com', rejectUnauthorized: true } },
    ],
  ])('reads %s', (_what, text, expected) => {
    expect(read(text)).toMatchObject({ ...expected, warnings: [] })
  })

  it('reads several hosts with their ports', () => {
    const { hosts, needsWritable, place } = read(
      'postgres://u:pw@a.example.com:5433,b.example.com/d?target_session_attrs=read-write&sslmode=disable',
    )
    expect(hosts.map(({ host, port }) => [host, port])).toEqual([
      ['a.example.com', 5433],
      ['b.example.com', 5432],
    ])
    expect([needsWritable, place]).toEqual([true, 'postgres://a.example.com:5433,b.example.com:5432/d'])
    expect(read('host=a,b port=5433 dbname=d').hosts.map(({ port }) => port)).toEqual([5433, 5433])
  })

  it('takes from the environment what the URL leaves open', () => {
    const env = { PGHOST: 'h', PGPORT: '5433', PGUSER: 'u', PGPASSWORD: 'pw', PGDATABASE: 'd', PGSSLMODE: 'require', PGAPPNAME: 'nightly' }
    expect(read('postgres://', env)).toMatchObject({
      host: 'h',
      port: 5433,
      user: 'u',
      password: 'pw',
      database: 'd',
      applicationName: 'nightly',
    })
    expect(read('postgres://other@own:5432/x?sslmode=disable', env)).toMatchObject({
      host: 'own',
      port: 5432,
      user: 'other',
      database: 'x',
      tls: false,
    })
    expect(read('postgres://own/x', env)).toMatchObject({ host: 'own', port: 5432, tls: { rejectUnauthorized: false } })
  })

  it('reads services and passfiles', () => {
    const services = file('services.conf', '# ours\n[other]\nhost=no\n[app]\nhost = h\nport=5433\ndbname=d\nuser=u\n')
    const passwords = file('pass', '# h:p:d:u:w\nelse:*:*:*:no\nh:5433:*:u:p\\:w\n')
    const env = { PGSERVICEFILE: services }
    expect(read(`postgres:///?service=app&passfile=${passwords}`, env)).toMatchObject({
      host: 'h',
      port: 5433,
      database: 'd',
      password: 'p:w',
    })
    expect(read('service=app dbname=x', env)).toMatchObject({ host: 'h', database: 'x' })
    expect(() => read('service=none', env)).toThrow(/service 'none' is not in .*services\.conf/)
  })

  it('warns of parameters that it does not know, and of servers that take no writes', () => {
    expect(read('postgres://u:hidden@h/d?shema=x&sslmode=disable').warnings).toEqual([expect.stringMatching(/parameter 'shema'/)])
    expect(read('postgres://u:hidden@h/d?target_session_attrs=standby').warnings).toEqual([expect.stringMatching(/takes a primary/)])
  })

  it('checks the authority, but not the name, with verify-ca', () => {
    const root = file('ca.pem', 'PEM')
    const checked = (url: string) => {
      const { tls } = read(url)
      return tls && [tls.rejectUnauthorized, tls.ca, tls.checkServerIdentity !== undefined]
    }
    expect(checked(`postgres://u@h.example.com/d?sslmode=verify-ca&sslrootcert=${root}`)).toEqual([true, 'PEM', true])
    expect(checked(`postgres://u@h.example.com/d?sslmode=require&sslrootcert=${root}`)).toEqual([true, 'PEM', true])
    expect(checked(`postgres://u@h.example.com/d?sslmode=verify-full&sslrootcert=${root}`)).toEqual([true, 'PEM', false])
    expect(checked('postgres://u@h.example.com/d?sslmode=verify-full&sslrootcert=system')).toEqual([true, undefined, false])
    expect(checked(`postgres://u@h.example.com/d?sslmode=no-verify&sslrootcert=${root}`)).toEqual([false, 'PEM', false])
  })

  it.each([
    ['no URL', 'postgres:/u:hidden@@@:x:y'],
    ['a hash in the password', 'postgres://u:hid#hidden@h/d'],
    ['a question mark in the password', 'postgres://u:hid?hidden@h/d'],
    ['a slash in the password', 'postgres://u:12/hidden@h/d'],
    ['pairs that are none', 'host=h hidden'],
    ['a port that is none', 'host=h port=hidden dbname=d'],
    ['more ports than hosts', 'host=h port=1,2 dbname=d password=hidden'],
  ])('refuses %s without quoting it', (_what, url) => {
    expect(() => read(url)).toThrow(expect.objectContaining({ code: 'ERR_POSTGRES_URL' }))
    expect(() => read(url)).not.toThrow(/hidden/)
  })
})
