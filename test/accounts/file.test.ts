import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAccountRegistry } from '../../accounts/open.ts'
import { testAccountRegistry } from '../conformance/account-registry.ts'

testAccountRegistry('file:', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'connector-accounts-'))
  const url = `file:${join(folder, 'accounts.yaml')}`
  return {
    connect: (options) => openAccountRegistry(url, { ...options, env: {}, secret: () => undefined }),
    stored: async () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('\n'),
    destroy: async () => rmSync(folder, { recursive: true }),
  }
})
