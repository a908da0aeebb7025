import { ConfigError, ConnectorError, suggest } from '../../errors.ts'
import type { Dialect } from '../../template/template.ts'
import type { CheckResult, CheckTarget } from './check.ts'

/**
 * Reads a first record of each stream. A stream that cannot be read fails the check with its reason; a stream without
 * records does not. Throws ConfigError ERR_STREAM_UNKNOWN for names that the connector does not have, and what is a bug.
 */
export async function probeStreams(target: CheckTarget, names: readonly string[], dialect: Dialect): Promise<CheckResult> {
  for (const name of names) {
    if (!target.streamNames.includes(name)) {
      throw new ConfigError(
        'ERR_STREAM_UNKNOWN',
        `the check names stream '${name}', which does not exist; ${suggest(name, target.streamNames)}`,
      )
    }
  }
  const empty: string[] = []
  for (const name of names) {
    const failure = await failureOf(target, name)
    if (failure === undefined) continue
    // A fresh account may have nothing to divide a stream by; that says nothing against the config.
    if (failure === noSlices && dialect === 'native') empty.push(name)
    else return { status: 'FAILED', message: `stream ${name} cannot be read: ${failure}` }
  }
  return empty.length === 0 ? { status: 'SUCCEEDED' } : { status: 'SUCCEEDED', message: `nothing to read yet in ${empty.join(', ')}` }
}

const noSlices = 'no stream slices were found'

/** Why the stream cannot be read; undefined when it can. */
async function failureOf(target: CheckTarget, name: string): Promise<string | undefined> {
  try {
    return (await target.probe(name)) === 'no slices' ? noSlices : undefined
  } catch (thrown) {
    if (thrown instanceof ConnectorError) return thrown.message
    throw thrown
  }
}
