import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = resolve(fileURLToPath(import.meta.url), '../..')

/** What rooms that know no product may see of connectors. */
const packages = ['connectors/index.ts', 'connectors/connector-package.ts']

/**
 * Who may import whom. The longest matching room decides; a room may always import itself.
 * `sandbox` stands alone: it must not share code with the client that it tests.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'framework/protocol': [],
  'framework/errors.ts': [],
  'framework/clock.ts': [],
  'framework/report.ts': ['framework/errors.ts'],
  'framework/postgres': ['framework/errors.ts', 'framework/clock.ts'],
  'framework/aws': ['framework/errors.ts', 'framework/clock.ts'],
  'framework/template': ['framework/errors.ts', 'framework/protocol'],
  'framework/http': ['framework/errors.ts', 'framework/protocol', 'framework/clock.ts', 'framework/report.ts'],
  'framework/manifest': [
    'framework/errors.ts',
    'framework/protocol',
    'framework/clock.ts',
    'framework/report.ts',
    'framework/aws',
    'framework/template',
    'framework/http',
  ],
  'framework/components': [
    'framework/errors.ts',
    'framework/protocol',
    'framework/clock.ts',
    'framework/report.ts',
    'framework/template',
    'framework/http',
    'framework/manifest',
  ],
  'framework/components/index.ts': ['framework/components', 'framework/manifest'],
  'framework/runtime': ['framework'],
  'framework/index.ts': ['framework'],
  connectors: ['framework'],
  state: ['framework/index.ts'],
  schemas: ['framework/index.ts'],
  destinations: ['framework/index.ts'],
  accounts: ['framework/index.ts'],
  sandbox: [],
  compose: ['framework', 'connectors', 'state', 'schemas', 'destinations', 'accounts'],
  sync: ['framework', ...packages, 'state', 'schemas', 'destinations', 'accounts', 'compose'],
  service: ['framework', 'connectors', 'state', 'schemas', 'destinations', 'accounts', 'compose', 'sync', 'sandbox'],
  cli: ['framework', ...packages, 'state', 'schemas', 'destinations', 'accounts', 'compose', 'sandbox', 'sync', 'service'],
}

const rooms = Object.keys(arrows).sort((a, b) => b.length - a.length)
const inside = (file: string, room: string) => file === room || file.startsWith(`${room}/`)
const roomOf = (file: string) => rooms.find((room) => inside(file, room))

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return sources(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

const tops = readdirSync(root, { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && Object.keys(arrows).some((room) => inside(room, entry.name)),
)
const files = tops.flatMap((entry) => sources(entry.name))
const imports = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"\n]*(?:\{[^}]*\}\s*)?(?:[^'"\n]*\sfrom\s*)?['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/g,
  )
  return [...found].map((match) => ({ file, target: relative(root, resolve(root, dirname(file), match[1] ?? match[2] ?? '')) }))
})

/** A family's interface file bears the family's name in the singular and holds no component. */
const familyOf = (file: string) => /^framework\/components\/([^/]+)\//.exec(file)?.[1]
const holdsComponent = (file: string) => readFileSync(join(root, file), 'utf8').includes('defineComponent(')

function forbidden({ file, target }: { file: string; target: string }): string | undefined {
  const from = roomOf(file)
  const to = roomOf(target)
  if (!from) return `${file} stands in no room`
  if (!to || from === to) return undefined
  const allowed = arrows[from] ?? []
  const reached = allowed.some((entry) =>
    entry.endsWith(':interface') ? inside(target, entry.replace(':interface', '')) && !holdsComponent(target) : inside(target, entry),
  )
  return reached ? undefined : `${file} imports ${target}; ${from} may import only ${allowed.join(', ') || 'itself'}`
}

describe('architecture', () => {
  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(imports.length).toBeGreaterThan(100)
  })

  it('has only the arrows that are drawn', () => {
    expect(imports.map(forbidden).filter((message) => message !== undefined)).toEqual([])
  })

  it('lets a family import only the interfaces of other families', () => {
    const crossings = imports.filter(({ file, target }) => {
      const from = familyOf(file)
      const to = familyOf(target)
      return from && to && from !== to && holdsComponent(target)
    })
    expect(crossings.map(({ file, target }) => `${file} imports ${target}, which is a component of another family`)).toEqual([])
  })

  it('has no circles', () => {
    const graph = new Map<string, string[]>()
    for (const { file, target } of imports) graph.set(file, [...(graph.get(file) ?? []), target])
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (done.has(file) || path.includes(file)) return
      for (const next of graph.get(file) ?? []) visit(next, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(circles).toEqual([])
  })

  it('has no rooms for everything and no files beyond 300 lines', () => {
    const vague = files.filter(
      (file) => /(^|\/)(utils?|helpers?|common|types|misc)(\/|\.ts$)/.test(file) || /(^|\/)base-|-manager\.ts$/.test(file),
    )
    const long = files.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 301)
    expect({ vague, long }).toEqual({ vague: [], long: [] })
  })
})
