import { execFileSync, spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../cli/run.ts'

/** Commits with these subjects, the first of them before what is checked. */
function check(subjects: readonly string[], base = `HEAD~${subjects.length - 1}`) {
  const cwd = temporaryFolder()
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', '-c', 'commit.gpgsign=false', ...args], { cwd })
  git('init', '-q')
  for (const subject of subjects) git('commit', '-q', '--allow-empty', '-m', subject)
  const { status, stderr } = spawnSync(resolve('.ci/commit-subjects'), [base], { cwd, encoding: 'utf8' })
  return { status, stderr }
}

const long = 'a'.repeat(73)

describe('.ci/commit-subjects', () => {
  it('passes subjects of 72 characters, and older commits whatever they say', () => {
    expect(check([long, 'b'.repeat(72), 'c'])).toEqual({ status: 0, stderr: '' })
  })

  it('names a commit with a longer subject', () => {
    const { status, stderr } = check(['a', long, 'c'])
    expect(status).toBe(1)
    expect(stderr).toMatch(new RegExp(`^[0-9a-f]+ has a subject of 73 characters, 72 are allowed: ${long}\n$`))
  })

  it('looks at the last commit when the base does not exist', () => {
    expect(check([long, 'b'], '0'.repeat(40)).status).toBe(0)
    expect(check(['b', long], '0'.repeat(40)).status).toBe(1)
  })
})
