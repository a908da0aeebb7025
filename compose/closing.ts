import type { Reporter } from '../framework/report.ts'

interface Closable {
  close(): Promise<void>
}

/** Runs `work`, then closes what it used. What ended the work counts: a failure to close is thrown only when nothing failed before. */
export async function closing<T>(resource: Closable, report: Reporter, work: () => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await work()
  } catch (thrown) {
    await resource.close().catch((late: unknown) => {
      report.log('error', `closing after the failure failed too: ${late instanceof Error ? late.message : String(late)}`)
    })
    throw thrown
  }
  await resource.close()
  return result
}
