import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const { name, version, dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Versions that a text may install, by name: this package and what it depends on. */
const versions: Readonly<Record<string, string>> = { ...dependencies, ...optionalDependencies, [name]: version }

const texts = ['docs', 'examples', 'connectors', 'sandbox', '.github', 'changes', 'cli', 'manifests']
const sources = ['framework', 'schemas', 'state', 'destinations', 'accounts', 'compose', 'sync', 'service']

function filesOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`)
}

interface Install {
  readonly place: string
  readonly how: 'install' | 'npx' | 'npm:'
  readonly name: string
  readonly version: string | undefined
}

/** What a text tells its reader to install or to run from npm. Files, such as a packed tarball, are nobody's name. */
function installsOf(place: string, text: string): readonly Install[] {
  const found: Install[] = []
  const add = (how: Install['how'], spec: string) => {
    const [, name = '', version] = /^(@?[^@\s]+)(?:@([^\s/]+))?/.exec(spec) ?? []
    found.push({ place, how, name, version })
  }
  for (const [, words = ''] of text.matchAll(/npm (?:install|i|add) ([^\n`&|;]*)/g)) {
    for (const word of words.split(/\s+/)) if (/^@?[a-z]/.test(word)) add('install', word)
  }
  for (const [, word = ''] of text.matchAll(/npx (?:--?[a-z]\S* )*([@a-z][^\s`]*)/g)) add('npx', word)
  for (const [, spec = ''] of text.matchAll(/['"]npm:((?:@[^/'"]+\/)?[^/'"]+)/g)) add('npm:', spec)
  return found
}

const files = [...readdirSync('.').filter((file) => file.endsWith('.md')), ...[...texts, ...sources].flatMap(filesOf)]
const installs = files
  .filter((file) => /\.(md|ts|js|ya?ml|sql|json)$|\/crontab$/.test(file))
  .flatMap((file) => installsOf(file, readFileSync(file, 'utf8')))

describe('what documents and examples install', () => {
  it('finds names and versions in commands and imports', () => {
    const text =
      'run `npm install connector hono@4` && npx --yes x@1.2 sync; npx ./a.tgz; import y from "npm:y@2/sub"; npm install ../b.tgz'
    expect(installsOf('f', text).map(({ how, name, version }) => [how, name, version])).toEqual([
      ['install', 'connector', undefined],
      ['install', 'hono', '4'],
      ['npx', 'x', '1.2'],
      ['npm:', 'y', '2'],
    ])
  })

  it('is this package, or one that it depends on, never a stranger of a similar name', () => {
    expect(installs.length).toBeGreaterThan(10)
    expect(installs.filter((install) => !(install.name in versions))).toEqual([])
  })

  it('names the version of this package where something is installed, and the one depended on of others', () => {
    const wrong = installs.filter((install) => {
      // `npx` without a version runs what is installed already.
      if (install.version === undefined) return install.how !== 'npx' && install.name === name
      return install.version !== versions[install.name]
    })
    expect(wrong).toEqual([])
  })

  it('is a package whose metadata say where it lives', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const field of ['repository', 'homepage', 'bugs', 'keywords', 'packageManager', 'sideEffects', 'license', 'engines']) {
      expect(manifest[field], field).toBeTruthy()
    }
  })
})
