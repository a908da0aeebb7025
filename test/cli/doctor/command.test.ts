import { describe, expect, it } from 'vitest'
import { runConnector } from '../run.ts'
import { openWorld } from '../sandbox.ts'

interface Report {
  readonly status: string
  readonly checks: readonly { readonly check: string; readonly status: string; readonly summary: string; readonly skew_seconds?: number }[]
}

async function examined(args: readonly string[]): Promise<{ code: number | null; report: Report; stdout: string }> {
  const { code, stdout } = await runConnector(['doctor', ...args])
  return { code, stdout, report: JSON.parse(stdout) }
}

const checkOf = ({ checks }: Report, name: string) => checks.find(({ check }) => check === name)

describe('connector doctor', () => {
  it('prints one JSON object and the token in none of it', async () => {
    const { config } = await openWorld()
    const { report, stdout } = await examined(['facebook_pages', '--config', config])
    expect(report.checks.map(({ check }) => check)).toEqual(['token', 'scopes', 'accounts', 'api_version', 'metrics', 'catalogue', 'clock'])
    expect(checkOf(report, 'clock')).toMatchObject({ status: 'ok' })
    expect(stdout).not.toContain('sandbox-user-token')
  })

  it('ends with 1 when something needs attention, and continues after a refused token', async () => {
    const { config } = await openWorld({}, { access_token: 'sandbox-expired-token' })
    const { code, report } = await examined(['facebook_pages', '--config', config])
    expect([code, report.status, checkOf(report, 'token')?.status]).toEqual([1, 'attention', 'error'])
    expect(checkOf(report, 'metrics')).toMatchObject({ selected: expect.any(Number) })
  })

  it('compares the clock with the Date header of the API', async () => {
    const { sandbox, config } = await openWorld()
    sandbox.faults.add({ kind: 'header', name: 'date', value: new Date(Date.now() + 7_200_000).toUTCString() })
    const { code, report } = await examined(['facebook_pages', '--config', config])
    const clock = checkOf(report, 'clock')
    expect([code, clock]).toMatchObject([1, { status: 'error', summary: expect.stringMatching(/is 7\d\d\d s behind the API/) }])
    expect(Math.abs((clock?.skew_seconds ?? 0) - 7200)).toBeLessThan(30)
  })

  it('refuses days that are not a number', async () => {
    const { config } = await openWorld()
    const { code, stderr } = await runConnector(['doctor', 'facebook_pages', '--config', config, '--days', 'soon'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--days')])
  })
})
