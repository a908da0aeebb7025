import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../cli/run.ts'

/** What the script leaves of a project with this changelog and these fragments. */
function release(changelog: string, fragments: Readonly<Record<string, string>>, day = '2026-12-24') {
  const folder = temporaryFolder()
  const file = (name: string) => join(folder, name)
  mkdirSync(file('changes'))
  writeFileSync(file('package.json'), '{ "version": "1.2.0" }')
  writeFileSync(file('CHANGELOG.md'), changelog)
  for (const [name, text] of Object.entries({ 'README.md': '# How\n', ...fragments })) writeFileSync(file(`changes/${name}`), text)
  const { status, stderr } = spawnSync(process.execPath, [resolve('.ci/changelog.mjs'), day], { cwd: folder, encoding: 'utf8' })
  const left = ['README.md', ...Object.keys(fragments)].filter((name) => existsSync(file(`changes/${name}`)))
  return { status, stderr, changelog: readFileSync(file('CHANGELOG.md'), 'utf8'), left }
}

const older = '## 1.1.0 – 2026-11-01\n\n- Old.\n'

describe('npm run changelog', () => {
  it('puts the fragments under the version and the day, in the order of their names, and deletes them', () => {
    const { status, changelog, left } = release(`# Changelog\n\n${older}`, { 'b.md': '- Two.\n- Three.\n', 'a.md': '- One.\n' })
    expect({ status, left }).toEqual({ status: 0, left: ['README.md'] })
    expect(changelog).toBe(`# Changelog\n\n## 1.2.0 – 2026-12-24\n\n- One.\n- Two.\n- Three.\n\n${older}`)
  })

  it.each(['', `\n${older}`])('adds them to what the changelog holds of the version already, before %j', (rest) => {
    const { changelog } = release(`# Changelog\n\n## 1.2.0 – unreleased\n\n- Zero: $1.\n${rest}`, { 'a.md': '- One.\n' })
    expect(changelog).toBe(`# Changelog\n\n## 1.2.0 – 2026-12-24\n\n- Zero: $1.\n- One.\n${rest}`)
  })

  it('changes nothing when a fragment is not a list, the version is out already or the day is unreadable', () => {
    const before = `# Changelog\n\n${older}`
    const cases = [
      release(before, { 'a.md': 'One.\n' }),
      release(before, { 'a.md': '- One.\n' }, 'today'),
      release('# Changelog\n\n## 1.2.0 – 2026-12-01\n', { 'a.md': '- One.\n' }),
    ]
    expect(cases.map(({ status, left }) => ({ status, left }))).toEqual(cases.map(() => ({ status: 1, left: ['README.md', 'a.md'] })))
    expect(cases[0]?.stderr).toContain('changes/a.md must be a list')
  })

  it('accepts the fragments of this project', () => {
    const fragments = Object.fromEntries(
      spawnSync('git', ['ls-files', 'changes/*.md'], { encoding: 'utf8' })
        .stdout.split('\n')
        .filter((file) => file !== '' && !file.endsWith('README.md') && existsSync(file))
        .map((file) => [file.slice('changes/'.length), readFileSync(file, 'utf8')]),
    )
    expect(release(readFileSync('CHANGELOG.md', 'utf8'), fragments)).toMatchObject({ status: 0, left: ['README.md'] })
  })
})
