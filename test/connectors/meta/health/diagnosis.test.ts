import { describe, expect, it, onTestFinished } from 'vitest'
import { instagramGraph } from '../../../../connectors/instagram_graph/package.ts'
import type { Observation } from '../../../../framework/components/checks/check.ts'
import { type SandboxOptions, startSandbox } from '../../../../sandbox/sandbox.ts'
import { open, type RunOptions } from '../../harness.ts'

async function worldOf(options: SandboxOptions) {
  const sandbox = await startSandbox({ pages: 2, days: 30, posts: 5, ...options })
  onTestFinished(() => sandbox.close())
  const diagnose = async (days: number, run: RunOptions = {}): Promise<Readonly<Record<string, Observation>>> => {
    const { connector, http } = await open(sandbox, run)
    const observations = await connector.diagnose(days).finally(() => http.close())
    return Object.fromEntries(observations.map((observation) => [observation.check, observation]))
  }
  return { sandbox, diagnose }
}

const statuses = (found: Readonly<Record<string, Observation>>) =>
  Object.fromEntries(Object.entries(found).map(([check, { status }]) => [check, status]))
const now = '2026-11-20T12:00:00Z'

describe('a diagnosis of a Graph connection', () => {
  it('finds nothing at a healthy one', async () => {
    const { diagnose } = await worldOf({ now })
    const pages = await diagnose(90)
    expect(statuses(pages)).toEqual({ token: 'ok', scopes: 'ok', accounts: 'ok', api_version: 'ok', metrics: 'ok', catalogue: 'ok' })
    expect(pages['token']).toMatchObject({ facts: { kind: 'user', days_left: 60, expires_at: '2027-01-19T12:00:00.000Z' } })
    // Consent to read Instagram data is a matter of that connector only.
    const instagram = await diagnose(90, { connector: instagramGraph })
    expect(instagram['data_access']).toMatchObject({ status: 'ok', facts: { days_left: 90 } })
  })

  it('warns of a version and of metrics that end within the days, and not before', async () => {
    const { diagnose } = await worldOf({ now: '2026-05-01T12:00:00Z' })
    const metrics = ['page_impressions_unique', 'page_media_view']
    const run = { config: { start_date: '2026-04-01', api_version: 'v20.0', metrics } }
    const soon = await diagnose(146, run)
    expect(soon['api_version']).toMatchObject({
      status: 'warning',
      facts: { asked: 'v20.0', served: 'v20.0', stops: '2026-09-24', days_left: 146, newest: 'v25.0' },
    })
    expect(soon['metrics']).toMatchObject({
      status: 'warning',
      facts: {
        dying: [
          {
            object: 'fb_page',
            metric: 'page_impressions_unique',
            removed_on: '2026-06-15',
            days_left: 45,
            replacement: 'page_total_media_view_unique',
          },
        ],
      },
    })
    expect(statuses(await diagnose(145, run))).toMatchObject({ api_version: 'ok', metrics: 'warning' })
    expect(statuses(await diagnose(44, run))).toMatchObject({ api_version: 'ok', metrics: 'ok' })
  })

  it('names retired metrics of the config with what is read instead', async () => {
    const { diagnose } = await worldOf({ now })
    const { metrics } = await diagnose(90, { config: { metrics: ['page_impressions'] } })
    expect(metrics).toMatchObject({
      status: 'warning',
      facts: { retired: [{ object: 'fb_page', metric: 'page_impressions', removed_on: '2025-11-15', reading: 'page_media_view' }] },
    })
  })

  it('notices a version that is answered by another one', async () => {
    const { diagnose } = await worldOf({ now })
    const { api_version: version } = await diagnose(90, { config: { api_version: 'v19.0' } })
    expect(version).toMatchObject({ status: 'warning', facts: { asked: 'v19.0', served: 'v21.0', days_left: -183 } })
  })

  it.each([
    ['sandbox-short-token', { token: 'warning' }],
    ['sandbox-system-token', { token: 'ok' }],
    ['sandbox-expired-token', { token: 'error' }],
    ['sandbox-no-insights-token', { token: 'ok', scopes: 'error' }],
    ['sandbox-no-pages-token', { scopes: 'error', accounts: 'error' }],
    ['sandbox-no-content-token', { scopes: 'ok', accounts: 'ok' }],
  ])('judges %s', async (access_token, expected) => {
    const { diagnose } = await worldOf({ now })
    expect(statuses(await diagnose(90, { config: { access_token } }))).toMatchObject({ ...expected, api_version: 'ok', metrics: 'ok' })
  })

  it('warns of a token and of a consent that end within two weeks', async () => {
    const { sandbox, diagnose } = await worldOf({ now })
    const run = { connector: instagramGraph }
    sandbox.clock.set('2027-01-04T12:00:00Z')
    expect(statuses(await diagnose(90, run))).toMatchObject({ token: 'ok' })
    sandbox.clock.set('2027-01-05T12:00:00Z')
    expect(statuses(await diagnose(90, run))).toMatchObject({ token: 'warning', data_access: 'ok' })
    expect(statuses(await diagnose(7, run))).toMatchObject({ token: 'ok' })
  })

  it('says when what is known of the API has grown old', async () => {
    const { diagnose } = await worldOf({ now: '2027-06-01T12:00:00Z' })
    expect((await diagnose(90, { config: { access_token: 'sandbox-system-token' } }))['catalogue']).toMatchObject({
      status: 'warning',
      facts: { as_of: '2026-11-20', age_days: 193 },
    })
  })

  it('tries a stream where the host tells nothing of a token, and notices a token of the other login', async () => {
    const { sandbox, diagnose } = await worldOf({ now })
    const of = (access_token: string) => ({
      connector: instagramGraph,
      config: { access_token, login_type: 'instagram', instagram_base_url: sandbox.instagramUrl },
    })
    const fine = await diagnose(90, of('sandbox-instagram-token'))
    expect([statuses(fine), fine['token']?.facts]).toMatchObject([
      { token: 'ok', scopes: 'ok' },
      { expires_at: null, days_left: null },
    ])
    expect(statuses(await diagnose(90, of('sandbox-instagram-no-insights-token')))).toMatchObject({ token: 'ok', scopes: 'error' })
    expect((await diagnose(90, of('sandbox-user-token')))['token']).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('login_type: facebook'),
    })
  })
})
