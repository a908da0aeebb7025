import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { RECORDED_ROUTES } from '../../sandbox/recordings.ts'
import { ask, withSandbox } from './ask.ts'
import { rawGet } from './raw.ts'

const folder = new URL('../../sandbox/recordings/', import.meta.url)

describe('recordings', () => {
  const sandbox = withSandbox({ seed: 42 })

  it.each(RECORDED_ROUTES)('$path is served as it was recorded', async ({ path, file, token = 'sandbox-user-token' }) => {
    const { status, bytes, headers } = await rawGet(sandbox(), `/v25.0${path}?fields=id,name&metric=x`, token)
    const recorded = readFileSync(fileURLToPath(new URL(file, folder)))
    expect(bytes.equals(recorded)).toBe(true)
    expect([status, headers['facebook-api-version']]).toEqual(['error' in JSON.parse(recorded.toString()) ? 400 : 200, 'v25.0'])
  })

  it('need a token like everything else', async () => {
    expect((await ask(sandbox(), '/v25.0/112704783733939', { token: '' })).status).toBe(403)
  })

  it('have their Page in the list of the recorded token, with generated insights and posts', async () => {
    const { json } = await ask(sandbox(), '/v25.0/me/accounts?fields=id,name,access_token', { token: 'sandbox-recorded-token' })
    expect(json.data).toEqual([{ id: '112704783733939', name: 'Airbyte', access_token: expect.any(String) }])
    const token = json.data[0].access_token
    const { json: insights } = await ask(sandbox(), '/v25.0/112704783733939/insights?metric=page_follows&period=day', { token })
    expect(insights.data[0].values).toHaveLength(2)
    expect((await ask(sandbox(), '/v25.0/112704783733939/posts?limit=5', { token })).json.data).toHaveLength(5)
  })
})
