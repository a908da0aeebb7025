import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configFile, messages, runConnector, temporaryFolder } from '../run.ts'

const manifest = 'examples/custom-components/manifest.yaml'
const code = ['--components', 'examples/custom-components/my-components.js']
const bodies: Readonly<Record<string, unknown>> = {
  '/stations': { stations: [{ id: 1 }] },
  '/hours': { hourly: { time: ['10:00', '11:00'], temperature: [0, 100] } },
}

let server: Server
let base = ''
beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(bodies[request.url ?? '']))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const run = (command: string, ...flags: readonly string[]) =>
  runConnector([command, manifest, '--config', configFile({ base_url: base }), ...flags])
type Recorded = { stream: string; data: Record<string, unknown> }
const records = (stdout: string) => messages(stdout).flatMap(({ record }) => (record === undefined ? [] : [record as Recorded]))
const ofHours = (stdout: string) => records(stdout).filter(({ stream }) => stream === 'hours')

describe('a manifest that names classes', () => {
  it('is valid, and says what they are needed for', async () => {
    const { code: exit, stdout } = await runConnector(['validate', manifest])
    expect(exit).toBe(0)
    expect(stdout).toContain('needs the code of CustomRecordExtractor source_weather.components.ColumnExtractor (--components) for: hours')
    const given = await runConnector(['validate', manifest, ...code])
    expect(given.stdout).toMatch(/^has the code of CustomRecordExtractor/)
  })

  it('is read without them, as far as that goes', async () => {
    const { code: exit, stdout, stderr } = await run('read')
    expect([exit, records(stdout).map(({ stream }) => stream)]).toEqual([0, ['stations']])
    expect(stderr).toMatch(/stream hours is left out: .*the class 'source_weather.components.ColumnExtractor'/)
  })

  it('fails only the stream of a catalog that needs one', async () => {
    const catalog = join(temporaryFolder(), 'catalog.json')
    const streams = ['hours', 'stations'].map((name) => ({ stream: { name }, sync_mode: 'full_refresh', destination_sync_mode: 'append' }))
    writeFileSync(catalog, JSON.stringify({ streams }))
    const { code: exit, stdout } = await run('read', '--catalog', catalog)
    expect([exit, records(stdout).map(({ stream }) => stream)]).toEqual([1, ['stations']])
    expect(stdout).toMatch(/"stream_descriptor":\{"name":"hours"\},"status":"INCOMPLETE"/)
  })

  it('is read as a whole with them', async () => {
    const { code: exit, stdout } = await run('read', ...code)
    expect(exit).toBe(0)
    expect(ofHours(stdout).map(({ data }) => data)).toEqual([
      { time: '10:00', temperature: 0, fahrenheit: 32 },
      { time: '11:00', temperature: 100, fahrenheit: 212 },
    ])
  })

  it.each(['check', 'discover', 'explain'])('takes them for %s too', async (command) => {
    const { code: exit, stdout } = await run(command, ...code)
    expect(exit).toBe(0)
    if (command !== 'check') expect(stdout).toContain('hours')
  })

  it('accepts the flag for spec, which loads no code', async () => {
    expect((await runConnector(['spec', manifest, '--components', 'nowhere.js'])).code).toBe(0)
  })

  it.each([
    ['nowhere.js', 'export', /cannot load components .*nowhere\.js/],
    ['empty.js', 'export const other = []', /exports no 'components'/],
    ['wrong.js', 'export const components = [{ type: "A" }]', /entry 0 of the 'components' of .*wrong\.js/],
  ])('says what is wrong with %s', async (name, source, message) => {
    const folder = temporaryFolder()
    if (name !== 'nowhere.js') writeFileSync(join(folder, name), source)
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const { code: exit, stderr } = await run('read', '--components', join(folder, name))
    expect(exit).toBe(2)
    expect(stderr).toMatch(message)
  })
})
