import { silentReporter } from '../report.ts'
import type { JobSlots, Services } from './definition/component.ts'

const refuse = (): never => {
  throw new TypeError('nothing is sent and nobody waits while a manifest is only built')
}

/** Room for jobs where none are started. */
export const idleJobs: JobSlots = { run: async () => refuse() }

/** Services for components that are built and not run, or that need nothing but their fields. */
export const idleServices: Services = {
  http: { send: async () => refuse(), secret: () => undefined, requestsLeft: () => 0 },
  clock: { now: () => Date.now(), monotonic: () => performance.now(), sleep: async () => refuse() },
  report: silentReporter,
  updateConfig: () => refuse(),
  shared: (_, create) => create(),
}
