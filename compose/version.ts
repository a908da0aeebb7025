import { createRequire } from 'node:module'

/** Version of this package, from its package.json. */
export function version(): string {
  const require = createRequire(import.meta.url)
  const { version: text } = require('declarative-connector/package.json') as { version: string }
  return text
}
