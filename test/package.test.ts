import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let folder = ''

/** The packed tarball, unpacked where `npm install` would put it, beside the dependencies of the checkout. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'connector-pack-'))
  // dist/ was built by `npm test`; packing must not build it again under the other tests' feet.
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder])
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync('node_modules').filter((entry) => !entry.startsWith('.'))) {
    symlinkSync(resolve('node_modules', name), join(modules, name))
  }
  rmSync(join(modules, 'declarative-connector'), { force: true, recursive: true })
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  execFileSync('tar', ['-xzf', join(folder, tarball ?? ''), '-C', folder])
  execFileSync('mv', [join(folder, 'package'), join(modules, 'declarative-connector')])
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
const main = () => join(folder, 'node_modules/declarative-connector/dist/cli/main.js')

describe('the packed package', () => {
  it('runs from the tarball: manifests and catalogue are inside', () => {
    expect(JSON.parse(run(main(), 'spec', 'facebook_pages'))).toMatchObject({ type: 'SPEC' })
    expect(run(main(), 'validate', 'facebook_pages')).toMatch(/valid/)
  })

  it('is executable as it is', () => {
    expect(execFileSync(main(), ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+/)
  })

  it('can be imported', () => {
    const script =
      "import { defineComponent, ConnectorError } from 'declarative-connector'; console.log(typeof defineComponent, new ConnectorError('ERR_X', 'x').code)"
    expect(run('--input-type=module', '--eval', script).trim()).toBe('function ERR_X')
  })

  it('holds neither tests nor sources', () => {
    const files = execFileSync('tar', ['-tzf', join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')], {
      encoding: 'utf8',
    }).split('\n')
    expect(files.filter((name) => /\/(test|bench|\.ci)\/|(?<!\.d)\.ts$/.test(name))).toEqual([])
    expect(files.length).toBeGreaterThan(100)
  })
})
