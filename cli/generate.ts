// Run by `npm run generate` after a build: writes what derives from the components. Its output is committed and never edited.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { findConnector } from '../compose/connector-source.ts'
import { connectors } from '../connectors/index.ts'
import { components } from '../framework/components/index.ts'
import { createLanguage } from '../framework/manifest/definition/language.ts'
import { reference } from '../framework/manifest/definition/reference.ts'
import { languageSchema } from '../framework/manifest/definition/schema.ts'
import { inCanonicalOrder } from '../schemas/fingerprint.ts'
import { commandPage } from './command-page.ts'
import { errorPage } from './error-page.ts'
import { jsonText } from './generated-json.ts'
import { declaredStreams } from './schema/declared-streams.ts'

const root = new URL('.', pathToFileURL(createRequire(import.meta.url).resolve('declarative-connector/package.json')))
const parts = await Promise.all(connectors.map((connector) => connector.load()))
// Connectors may share components of their own.
const language = createLanguage([...new Set([...components, ...parts.flatMap((part) => part.components)])])

mkdirSync(new URL('schemas/', root), { recursive: true })
writeFileSync(new URL('schemas/manifest.schema.json', root), `${JSON.stringify(languageSchema(language), null, 2)}\n`)

const folder = new URL('manifests/reference/', root)
mkdirSync(folder, { recursive: true })
const pages = reference(language)
for (const stale of readdirSync(folder).filter((file) => !pages.has(file))) rmSync(new URL(stale, folder))
for (const [file, text] of pages) writeFileSync(new URL(file, folder), text)

const catalogue = parse(readFileSync(new URL('connectors/meta/metrics/metrics.yaml', root), 'utf8'))
writeFileSync(new URL('connectors/meta/metrics/metrics.json', root), `${JSON.stringify(catalogue)}\n`)

// Of each stream without its account; in the order of the keys, so that `git diff` shows what changed and nothing else.
for (const { product, manifest } of connectors) {
  const target = new URL(`schemas/baseline/${product}/`, root)
  mkdirSync(target, { recursive: true })
  const streams = await declaredStreams(findConnector(product, {}))
  const files = new Map(
    streams.map(({ kind, ...stream }) => [`${kind}.json`, { stream: kind, manifest, ...stream, schema: inCanonicalOrder(stream.schema) }]),
  )
  for (const stale of readdirSync(target).filter((file) => !files.has(file))) rmSync(new URL(stale, target))
  for (const [file, content] of files) writeFileSync(new URL(file, target), jsonText(content))
}

for (const { readme } of connectors) {
  if (!readme) continue
  const file = new URL(readme.file, root)
  writeFileSync(file, await readme.fill(readFileSync(file, 'utf8')))
}
writeFileSync(new URL('docs/errors.md', root), errorPage(root))
writeFileSync(new URL('docs/commands.md', root), commandPage())

process.stderr.write(`wrote the manifest schema and ${pages.size} pages to ${folder.pathname}\n`)
