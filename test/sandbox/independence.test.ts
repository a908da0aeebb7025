import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

describe('sandbox', () => {
  it('imports node modules, yaml and itself, and nothing of the project', () => {
    const root = new URL('../../sandbox/', import.meta.url)
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    expect(files.length).toBeGreaterThan(40)
    const foreign = files.flatMap((file) => {
      const imports = [...readFileSync(new URL(file, root), 'utf8').matchAll(/^(?:import|(?:import|export|\}).* from) '([^']+)'$/gm)].map(
        (match) => match[1] ?? '',
      )
      const depth = file.split('/').length - 1
      return imports
        .filter((name) => !name.startsWith('node:') && name !== 'yaml' && !inside(name, depth))
        .map((name) => `${file}: ${name}`)
    })
    expect(foreign).toEqual([])
  })
})

function inside(name: string, depth: number): boolean {
  const ups = name.match(/\.\.\//g)?.length ?? 0
  return name.startsWith('.') && ups <= depth
}
