import { systemClock } from '../../framework/clock.ts'
import type { Observation } from '../../framework/components/checks/check.ts'
import type { ExitCode } from '../../framework/runtime/ports/run.ts'
import type { Invocation } from '../command.ts'
import { wholeNumber } from '../output/numbers.ts'
import { wantsColour } from '../output/terminal-text.ts'
import { openSession } from '../session.ts'
import { renderDiagnosis } from './output.ts'

const defaultDays = 90
/** Seconds that clocks may differ: answers tell whole seconds and take a moment to arrive. */
const tolerance = { fine: 30, usable: 300 }

/** Prints what a connection suffers from now or will within `--days`. 1 when anything wants attention, else 0. */
export async function examine(invocation: Invocation): Promise<ExitCode> {
  const { options, io } = invocation
  const days = wholeNumber(options, 'days') ?? defaultDays
  const session = await openSession(invocation)
  const { connector, http, product, redactor, run } = session
  try {
    const observations = [...(await connector.diagnose(days)), ...observeClock(http.stats().clockSkewSeconds)]
    const isHealthy = observations.every(({ status }) => status === 'ok') && run.exitCode() === 0
    const status = isHealthy ? 'healthy' : 'attention'
    const day = new Date(systemClock.now()).toISOString().slice(0, 10)
    const text =
      options['json'] === true || io.stdout.isTTY !== true
        ? JSON.stringify({ connector: connector.manifest.id ?? product, day, days, status, checks: observations.map(plain) })
        : renderDiagnosis({
            title: `${product} on ${day}, looking ${days} days ahead`,
            observations,
            colour: wantsColour(io.stdout, io.env),
          })
    io.stdout.write(`${redactor.redact(text)}\n`)
    return isHealthy ? 0 : 1
  } finally {
    session.close()
  }
}

const plain = ({ facts, ...observation }: Observation) => ({ ...observation, ...facts })

/** By the Date header of the last answer: windows of time and expiries are reckoned with our clock. */
function observeClock(skew: number | undefined): readonly Observation[] {
  if (skew === undefined) return []
  const off = Math.abs(skew)
  const status = off <= tolerance.fine ? 'ok' : off <= tolerance.usable ? 'warning' : 'error'
  const summary =
    status === 'ok'
      ? 'agrees with that of the API'
      : `this machine is ${off} s ${skew > 0 ? 'behind' : 'ahead of'} the API; set its clock, or days are read before or after their time`
  return [{ check: 'clock', status, summary, facts: { skew_seconds: skew } }]
}
