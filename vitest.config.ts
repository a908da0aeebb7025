import { defineConfig } from 'vitest/config'
import { sharedFolder } from './test/shared.ts'

const slow = 'test/**/*.slow.test.ts'
/** Suites that only compare with recordings; global-setup.ts says in one line that they are not here. */
const recorded = [
  'test/**/vectors.test.ts',
  'test/cli/transcripts.test.ts',
  'test/conformance-run/cassettes.test.ts',
  'test/framework/components/retrievers/streams.test.ts',
  'test/framework/manifest/corpus.test.ts',
]
const exclude = ['node_modules/**', ...(sharedFolder ? [] : recorded)]

// `npm test` runs the project `fast`, `npm run test:slow` the other: kills, fault matrices, ninety days, a browser.
export default defineConfig({
  test: {
    globalSetup: 'test/global-setup.ts',
    setupFiles: ['test/setup.ts'],
    // Two workers keep small machines responsive; many tests start servers or processes of their own.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'node_modules/.vitest/results.json' },
    projects: [
      { extends: true, test: { name: 'fast', include: ['test/**/*.test.ts'], exclude: [...exclude, slow] } },
      { extends: true, test: { name: 'slow', include: [slow], exclude } },
    ],
  },
})
