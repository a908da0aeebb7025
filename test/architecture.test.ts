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
  'framework/time.ts': [],
  'framework/defined.ts': [],
  'framework/run-signal.ts': [],
  'framework/file-name.ts': [],
  'framework/durable-file.ts': [],
  'framework/process-identity.ts': ['framework/durable-file.ts'],
  'framework/report.ts': ['framework/errors.ts'],
  'framework/url-forms.ts': ['framework/errors.ts'],
  'framework/postgres': ['framework/errors.ts', 'framework/clock.ts', 'framework/time.ts', 'framework/defined.ts'],
  'framework/aws': ['framework/errors.ts', 'framework/clock.ts', 'framework/time.ts', 'framework/defined.ts'],
  'framework/template': ['framework/errors.ts', 'framework/protocol', 'framework/time.ts', 'framework/defined.ts'],
  'framework/http': [
    'framework/errors.ts',
    'framework/protocol',
    'framework/clock.ts',
    'framework/report.ts',
    'framework/time.ts',
    'framework/defined.ts',
  ],
  'framework/manifest': [
    'framework/time.ts',
    'framework/defined.ts',
    'framework/errors.ts',
    'framework/protocol',
    'framework/clock.ts',
    'framework/report.ts',
    'framework/aws',
    'framework/template',
    'framework/http',
  ],
  'framework/components': [
    'framework/time.ts',
    'framework/defined.ts',
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
  service: ['framework', ...packages, 'state', 'schemas', 'destinations', 'accounts', 'compose', 'sync', 'sandbox'],
  cli: ['framework', ...packages, 'state', 'schemas', 'destinations', 'accounts', 'compose', 'sandbox', 'sync', 'service'],
}

/**
 * The rooms inside a room, lowest first. A room may import those of the lines before its own; those of one line stand side by side and
 * do not know each other.
 */
const floors: Readonly<Record<string, readonly string[]>> = {
  framework: [
    'clock.ts time.ts defined.ts run-signal.ts errors.ts protocol durable-file.ts file-name.ts',
    'aws report.ts template postgres process-identity.ts url-forms.ts',
    'http',
    'manifest',
    'components',
    'runtime',
    'index.ts',
  ],
  'framework/template': ['failure.ts', 'limits.ts datetime', 'python', 'filters syntax', 'compile', 'template.ts'],
  'framework/http': [
    'request.ts failures.ts redaction json.ts',
    'resolution.ts transport',
    'limits',
    'client.ts',
    'attempt rated-client.ts',
    'create-client.ts',
  ],
  'framework/manifest': [
    'definition broken-stream.ts',
    'cached-parents.ts document secrets.ts idle-services.ts stream-groups.ts',
    'manifest.ts config.ts',
    'allowed-hosts.ts custom-components.ts named-hosts.ts',
    'import-foreign.ts',
  ],
  // The nouns and ports of a read, what families do with values, then the families.
  'framework/components': [
    'decoders api-budget',
    'read',
    'actions values files state-migrations',
    'paginators cursors authenticators backoff resolvers transformations extractors properties schema-loaders',
    'partition-routers checks config-rules error-handlers streams',
    'retrievers requesters',
    'async-jobs',
    'index.ts',
  ],
  'framework/runtime': ['ports spec.ts', 'action assembly', 'explain.ts read'],
  sandbox: [
    'time.ts defined.ts',
    'data hosts.ts recordings.ts catalogue.ts clock.ts',
    'errors.ts',
    'tokens publishing versions.ts',
    'wire',
    'faults',
    'world',
    'call',
    'routes',
    'admin',
    'http',
    'sandbox.ts',
  ],
  'sandbox/data': ['hash.ts pacific.ts', 'texts.ts pages.ts', 'instagram page-insights.ts posts.ts', 'post-insights.ts'],
  'sandbox/routes': ['login instagram', 'pages', 'index.ts'],
}

/** Folders that are lists of things of one kind, as long as there are such things. */
const lists = ['framework/components/authenticators']
const MAX_FILES_IN_FOLDER = 25

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

const familyOf = (file: string) => /^framework\/components\/([^/]+)\//.exec(file)?.[1]
const holdsComponent = (file: string) => readFileSync(join(root, file), 'utf8').includes('defineComponent(')

interface Import {
  readonly file: string
  readonly target: string
}

const says = ({ file, target }: Import, from: string, allowed: readonly string[]) =>
  `${file} imports ${target}; ${from} may import only ${allowed.join(', ') || 'itself'}`

function forbidden({ file, target }: Import): string | undefined {
  const from = roomOf(file)
  const to = roomOf(target)
  if (!from || !to) return `${from ? target : file} is in no room`
  const allowed = arrows[from] ?? []
  if (from === to || allowed.some((entry) => inside(target, entry))) return undefined
  return says({ file, target }, from, allowed)
}

/** The entry of a room that a file is in, and how high it stands. */
function floorOf(file: string, room: string) {
  const entry = file.slice(room.length + 1).split('/', 1)[0] ?? ''
  return { entry, level: (floors[room] ?? []).findIndex((line) => line.split(' ').includes(entry)) }
}

function upward({ file, target }: Import): readonly string[] {
  return Object.entries(floors).flatMap(([room, lines]) => {
    if (!inside(file, room) || !inside(target, room)) return []
    const from = floorOf(file, room)
    const to = floorOf(target, room)
    if (from.entry === to.entry || to.level < from.level) return []
    const below = lines.slice(0, Math.max(from.level, 0)).flatMap((line) => line.split(' '))
    return [says({ file, target }, `${room}/${from.entry}`, below)]
  })
}

/** Rooms that know no provider and no product. */
const neutral = ['framework', 'accounts', 'state', 'schemas', 'destinations', 'sync', 'service', 'cli']
const productWords = /facebook|instagram|ig_?user/i

/** What may stand in these rooms all the same, and why. */
const exceptions: readonly { readonly files: RegExp; readonly words: RegExp; readonly reason: string }[] = [
  {
    files: /^accounts\/(seed-names|postgres(-[a-z]+)?)\.ts$/,
    words: /\big_user_id\b|\binstagram_(accounts|posts|insights|sync_logs)\w*/g,
    reason: 'tables and lists keep the names that other programs know them by',
  },
  {
    files: /^accounts\/seed-names\.ts$/,
    words: /'facebook'|'instagram_id'/g,
    reason: 'what registries meant before they named a provider',
  },
  { files: /^service\/routes\/cron\.ts$/, words: /'instagram'/g, reason: 'alias of the cron endpoint that schedulers call' },
  {
    files: /^cli\/accounts\/(access|command)\.ts$/,
    words: /instagram-base-url|instagram_base_url|instagramBaseUrl|Instagram Login/g,
    reason: 'alias: the flag for the second host of the first provider',
  },
  { files: /^cli\//, words: /\b(facebook_pages|instagram_publish)\b/g, reason: 'examples in the help name connectors that are installed' },
  { files: /^cli\/sandbox\//, words: /.*/g, reason: 'the sandbox is one of the Graph API' },
]

function withoutExceptions(file: string, text: string): string {
  return exceptions.filter(({ files: at }) => at.test(file)).reduce((rest, { words }) => rest.replaceAll(words, ''), text)
}

describe('architecture', () => {
  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(imports.length).toBeGreaterThan(100)
  })

  it('has only the arrows that are drawn', () => {
    expect(imports.map(forbidden).filter((message) => message !== undefined)).toEqual([])
  })

  it('has no arrow up inside a room', () => {
    expect(imports.flatMap(upward)).toEqual([])
  })

  it('has a floor for everything inside a room', () => {
    const homeless = files.flatMap((file) => {
      const room = Object.keys(floors).find((candidate) => inside(file, candidate) && floorOf(file, candidate).level < 0)
      return room === undefined ? [] : [`${file} is on no floor of ${room}`]
    })
    expect(homeless).toEqual([])
    expect(files.filter((file) => !roomOf(file)).map((file) => `${file} is in no room`)).toEqual([])
  })

  it('computes the truth of the sandbox without the routes that it judges', () => {
    const truth = imports.filter(({ file }) => /^sandbox\/admin\/truth/.test(file))
    expect(truth.filter(({ target }) => !/^sandbox\/(data\/|world\/|admin\/|time\.ts|defined\.ts)/.test(target))).toEqual([])
    expect(truth.length).toBeGreaterThan(5)
  })

  it('has no flat folder', () => {
    const counts = new Map<string, number>()
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
    const flat = [...counts].filter(([folder, count]) => count > MAX_FILES_IN_FOLDER && !lists.includes(folder))
    expect(flat.map(([folder, count]) => `${folder} holds ${count} files; give it wings`)).toEqual([])
  })

  it('has one meaning for a name of the language', () => {
    const exported = files
      .filter((file) => file.startsWith('framework/components/'))
      .flatMap((file) => [
        ...readFileSync(join(root, file), 'utf8').matchAll(/^export const (\w+)(?:: [^=]+)? = define(?:Component|Family|FamilyWith)\b/gm),
      ])
      .map(([, name]) => name)
    expect(exported.filter((name, index) => exported.indexOf(name) !== index)).toEqual([])
    expect(exported.length).toBeGreaterThan(100)
  })

  it('lets a family import only the interfaces of other families', () => {
    const crossings = imports.filter(({ file, target }) => {
      const from = familyOf(file)
      const to = familyOf(target)
      return from && to && from !== to && holdsComponent(target)
    })
    expect(crossings.map(({ file, target }) => `${file} imports ${target}, which is a component of another family`)).toEqual([])
  })

  it('names no provider and no product in the rooms that know none', () => {
    const named = files
      .filter((file) => neutral.some((room) => inside(file, room)) && !/generated|baseline/.test(file))
      .flatMap((file) => {
        const lines = withoutExceptions(file, readFileSync(join(root, file), 'utf8')).split('\n')
        return lines.flatMap((line, index) => (productWords.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []))
      })
    expect(named).toEqual([])
  })

  it('lets rooms that know no product import none', () => {
    const products = imports.filter(({ file, target }) => neutral.some((room) => inside(file, room)) && /^connectors\/[^/]+\//.test(target))
    expect(products.map(({ file, target }) => `${file} imports ${target}; ask the connector's package`)).toEqual([])
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

  it('has no vague names and no files beyond 300 lines', () => {
    const vague = files.filter(
      (file) => /(^|\/)(utils?|helpers?|common|types|misc)(\/|\.ts$)/.test(file) || /(^|\/)base-|-manager\.ts$/.test(file),
    )
    const long = files.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 301)
    expect({ vague, long }).toEqual({ vague: [], long: [] })
  })
})
