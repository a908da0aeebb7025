// `npm run bench`: every suite, or those named: `npm run bench -- reads start`. Prints tables.
import { cpus } from 'node:os'
import { coldStart } from './cold-start.ts'
import { drift } from './drift.ts'
import { instagram } from './instagram.ts'
import { reads } from './reads.ts'
import { measureStorage } from './storage.ts'
import { sync } from './sync.ts'
import { templates } from './templates.ts'

const suites: Readonly<Record<string, () => Promise<void>>> = {
  reads,
  drift,
  instagram,
  sync,
  templates,
  storage: measureStorage,
  start: coldStart,
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !Object.hasOwn(suites, name))
if (unknown.length > 0) throw new Error(`no suite ${unknown.join(', ')}; known: ${Object.keys(suites).join(', ')}`)

console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`)
for (const [name, suite] of Object.entries(suites)) {
  if (named.length > 0 && !named.includes(name)) continue
  console.log(`\n## ${name}\n`)
  await suite()
}
