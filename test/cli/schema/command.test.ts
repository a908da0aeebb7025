import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { messages, runConnector, summaryOf, temporaryFolder } from '../run.ts'
import { openWorld } from '../sandbox.ts'

describe('connector read --schemas', () => {
  it('registers the schemas, reports what the declaration lacks once, and shows it', async () => {
    const { config } = await openWorld({ pages: 1, days: 30, posts: 10 })
    const folder = temporaryFolder()
    const registry = `file:${join(folder, 'schemas')}`
    const read = () =>
      runConnector(['read', 'facebook_pages', '--config', config, '--schemas', registry, '--output', `jsonl:${join(folder, 'data')}`])
    const first = await read()
    expect([first.code, existsSync(join(folder, 'schemas/facebook_pages/posts.json'))]).toEqual([0, true])
    const again = await read()
    expect(summaryOf(again.stderr)).toMatchObject({ exit_code: 0, warnings_total: 0 })
    const shown = await runConnector(['schema', 'show', 'facebook_pages', '--schemas', registry, '--select', 'page_insights'])
    expect(JSON.parse(shown.stdout)).toMatchObject({
      stream: 'page_insights',
      version: 1,
      schema: { required: expect.arrayContaining(['page_id']) },
    })
    const discovered = await runConnector(['discover', 'facebook_pages', '--config', config, '--schemas', registry])
    const [catalog] = messages(discovered.stdout) as unknown as { catalog: { streams: { name: string; json_schema: unknown }[] } }[]
    const posts = catalog?.catalog.streams.find(({ name }) => name.startsWith('posts__'))
    expect(posts?.json_schema).toEqual(JSON.parse(readFileSync(join(folder, 'schemas/facebook_pages/posts.json'), 'utf8')).schema)
  })

  it('tells what drifted in the summary, in the log of runs, and as the difference of versions', async () => {
    const { sandbox, config } = await openWorld({ pages: 1, days: 30, posts: 10 })
    const folder = temporaryFolder()
    const places = ['--schemas', `file:${join(folder, 'schemas')}`, '--state', `file:${join(folder, 'state')}`]
    const read = ['read', 'facebook_pages', '--config', config, '--select', 'posts', '--output', `jsonl:${join(folder, 'data')}`, ...places]
    expect(summaryOf((await runConnector(read)).stderr)).not.toHaveProperty('drift')
    sandbox.faults.add({ kind: 'reshape', match: { route: 'GET /{page}/published_posts' }, field: 'mood', change: 'appears' })
    const change = { path: 'mood', kind: 'added', severity: 'additive', verb: 'evolve', record: expect.stringContaining('"id":"') }
    const drifted = await runConnector(read)
    expect(summaryOf(drifted.stderr)).toMatchObject({ drift: [{ stream: 'posts', from_version: 1, to_version: 2, changes: [change] }] })
    const run = await runConnector(['runs', 'last', ...places.slice(2)])
    expect(run.stdout).toMatch(/schema drift\n {2}posts {2}version 1 → 2\n {4}mood added \(additive\): string, evolve; first row \{"id"/)
    const diff = await runConnector(['schema', 'diff', 'facebook_pages', ...places.slice(0, 2)])
    expect(diff.stdout).toBe('posts version 1 → 2\n  mood added (additive): string\n')
  })

  it('asks for a registry when a contract is given, and explains a wrong rule', async () => {
    const { config } = await openWorld()
    const alone = await runConnector(['read', 'facebook_pages', '--config', config, '--on-drift', 'freeze'])
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('--schemas')])
    const wrong = await runConnector([
      'read',
      'facebook_pages',
      '--config',
      config,
      '--schemas',
      `file:${temporaryFolder()}`,
      '--on-drift',
      'freez',
    ])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/did you mean freeze/)])
  })
})

describe('connector schema', () => {
  it.each([
    [['types'], /export interface PageInsights \{/],
    [['ddl'], /create table if not exists "page_insights" \([\s\S]*"end_time" timestamptz[\s\S]*create unique index/],
    [['ddl', '--dialect', 'duckdb'], /"value" double/],
    [['dbt'], /sources:[\s\S]*name: page_insights/],
    [['show'], /"stream": "page_insights"/],
  ])('%j prints what the manifest declares', async (args, output) => {
    const [name = '', ...rest] = args
    const { code, stdout, stderr } = await runConnector(['schema', name, 'facebook_pages', '--select', 'page_insights', ...rest])
    expect([code, stderr, stdout]).toEqual([0, '', expect.stringMatching(output)])
  })

  it('refuses what it does not know', async () => {
    const stream = await runConnector(['schema', 'types', 'facebook_pages', '--select', 'page_insight'])
    expect([stream.code, stream.stderr]).toEqual([2, expect.stringMatching(/did you mean page_insights/)])
    const connection = await runConnector(['schema', 'diff', '--schemas', `file:${temporaryFolder()}`, '--connection', 'x'])
    expect([connection.code, connection.stderr]).toEqual([2, expect.stringMatching(/the registry is empty/)])
  })
})
