// `npm run conformance -- [--vectors DIR] [--corpus DIR] [--json]`: what was recorded of the reference runtime, run against this one.
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { vectors: { type: 'string' }, corpus: { type: 'string' }, json: { type: 'boolean', default: false } },
})
// Read when the adapters are loaded, so the flags come first.
if (values.vectors !== undefined) process.env['CONNECTOR_VECTORS'] = values.vectors
if (values.corpus !== undefined) process.env['CONNECTOR_CORPUS'] = values.corpus
const { run } = await import('./run.ts')
process.exitCode = await run({ json: values.json })
