import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesBeside } from '../../../../framework/manifest/document/manifest-files.ts'

describe('filesBeside', () => {
  const root = mkdtempSync(join(tmpdir(), 'manifest-files-'))
  const files = filesBeside(join(root, 'source/manifest.yaml'))

  beforeAll(() => {
    mkdirSync(join(root, 'source/schemas'), { recursive: true })
    writeFileSync(join(root, 'source/schemas/orders.json'), '{}')
    writeFileSync(join(root, 'secret.json'), '{"password": 1}')
    symlinkSync(join(root, 'secret.json'), join(root, 'source/schemas/link.json'))
  })
  afterAll(() => rmSync(root, { recursive: true }))

  it.each(['schemas/orders.json', './schemas/orders.json'])('reads %s', (path) => {
    expect(files.read(path)).toBe('{}')
  })

  it.each(['schemas/none.json', 'none/orders.json', 'schemas', 'schemas/orders.json/x'])('finds nothing at %s', (path) => {
    expect(files.read(path)).toBeUndefined()
  })

  it.each(['../secret.json', 'schemas/../../secret.json', join(root, 'secret.json'), 'schemas/link.json', '.'])('refuses %s', (path) => {
    expect(() => files.read(path)).toThrow('outside the folder of the manifest')
  })
})
