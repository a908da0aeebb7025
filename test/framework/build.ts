import type { Clock } from '../../framework/clock.ts'
import { createJobSlots } from '../../framework/components/async-jobs/job-slots.ts'
import { components } from '../../framework/components/index.ts'
import { createHttpClient } from '../../framework/http/create-client.ts'
import { createRedactor } from '../../framework/http/redaction/redaction.ts'
import type { BuildContext, Component, Config } from '../../framework/manifest/definition/component.ts'
import { createLanguage } from '../../framework/manifest/definition/language.ts'
import { createShared } from '../../framework/manifest/definition/shared.ts'
import { noFiles } from '../../framework/manifest/document/manifest-files.ts'
import type { Diagnostic, Reporter } from '../../framework/report.ts'
import { openConfig } from '../../framework/runtime/assembly/live-config.ts'

/** What components did to the world of a test. */
export interface Observed {
  /** Seconds slept. */
  readonly waits: number[]
  readonly logs: string[]
  readonly findings: Diagnostic[]
  /** Values registered as secrets. */
  readonly secrets: string[]
  readonly warnings: string[]
  /** The config after each change of it. */
  readonly configs: Config[]
}

export interface TestContext extends BuildContext {
  readonly observed: Observed
}

export interface TestContextOptions extends Partial<Omit<BuildContext, 'language' | 'services'>> {
  /** Components besides those of the language. */
  readonly components?: readonly Component[]
  readonly services?: Partial<BuildContext['services']>
  /** Epoch milliseconds at which the test's clock stands; sleeping moves it. 2024-03-15T12:34:56.789Z by default. */
  readonly now?: number
}

/**
 * A build context with all components of the language and the real HTTP client, in the native dialect. Only time and chance are
 * replaced: nobody sleeps, and the client's jitter is at its upper end. Network is for nock or a loopback server.
 */
export function testContext({
  components: more = [],
  services,
  now,
  config: given = {},
  ...overrides
}: TestContextOptions = {}): TestContext {
  const observed: Observed = { waits: [], logs: [], findings: [], secrets: [], warnings: [], configs: [] }
  const clock = steppedClock(now ?? Date.UTC(2024, 2, 15, 12, 34, 56, 789), observed.waits)
  const report: Reporter = {
    log: (level, message) => observed.logs.push(`${level}: ${message}`),
    finding: (finding) => observed.findings.push(finding),
    rateLimited: () => observed.logs.push('rate limited'),
    waiting: () => undefined,
    resumed: () => undefined,
  }
  const client = createHttpClient({ allowedOrigins: undefined, clock, report, redactor: createRedactor(), random: () => 1 })
  const http = { ...client, secret: (value: string) => observed.secrets.push(value) }
  const { current: config, update } = openConfig(given, { publish: (changed) => observed.configs.push(structuredClone(changed)) })
  return {
    language: createLanguage([...components, ...more]),
    dialect: 'native',
    config,
    files: noFiles,
    jobs: createJobSlots(1),
    parameters: {},
    roots: [],
    path: '',
    locate: () => undefined,
    warn: (warning) => observed.warnings.push(warning.message),
    ...overrides,
    services: { http, clock, report, updateConfig: update, shared: createShared(), ...services },
    observed,
  }
}

/** A clock that stands still but for the time slept, which is written down in seconds. */
function steppedClock(start: number, waits: number[]): Clock {
  let slept = 0
  return {
    now: () => start + slept,
    monotonic: () => slept,
    sleep: async (ms) => {
      slept += ms
      waits.push(ms / 1000)
    },
  }
}
