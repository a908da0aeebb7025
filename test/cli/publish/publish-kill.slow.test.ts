import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { configFile, type Ended, runConnector, temporaryFolder } from '../run.ts'

const KEY = 'killed'

/** A sandbox that tells of each request once its answer is on the way. */
async function openWorld(onRequest: (route: string) => void) {
  const logger = { info: ({ route }: Readonly<Record<string, unknown>>) => onRequest(String(route)) }
  const instagram = { accounts: 1, media: 10, stories: 0 }
  const sandbox = await startSandbox({ instagram, publishing: { imageSeconds: 0, videoSeconds: 0 }, logger })
  onTestFinished(() => sandbox.close())
  return { sandbox, account: sandbox.instagram.accounts[0] ?? '', publish: publisher(sandbox) }
}

/** Runs `connector publish` with one post, one key and one journal. */
function publisher(sandbox: Sandbox) {
  const folder = temporaryFolder()
  const photo = sandbox.sample('photo.jpg')
  const post = { type: 'carousel', caption: 'Once', media: [photo, photo].map((url) => ({ type: 'image', url })) }
  const input = join(folder, 'post.json')
  writeFileSync(input, JSON.stringify(post))
  const config = configFile({
    ...{ access_token: 'sandbox-user-token', instagram_account_id: sandbox.instagram.accounts[0], base_url: sandbox.url },
    ...{ local_media: true, settle_seconds: 0, reconcile_looks: 2 },
  })
  const journal = ['--journal', `file:${join(folder, 'journal')}`]
  return (child?: (kill: () => void) => void): Promise<Ended> =>
    runConnector(['publish', 'instagram_publish', '--config', config, '--input', input, '--idempotency-key', KEY, ...journal], {
      ...(child ? { meanwhile: (started) => child(() => started.kill('SIGKILL')) } : {}),
    })
}

const CREATE = 'POST /{ig-user}/media'
const STATUS = 'GET /{ig-container}'
const PUBLISH = 'POST /{ig-user}/media_publish'

describe('connector publish, killed', () => {
  it.each([
    ['after its first container was made', CREATE, 1, false],
    ['before it heard of its first container', CREATE, 1, true],
    ['after the container of the carousel was made', CREATE, 3, false],
    ['while it waited for the state', STATUS, 1, true],
    ['after it asked for the state', STATUS, 1, false],
    ['before it heard that the post is live', PUBLISH, 1, true],
    ['after it heard that the post is live', PUBLISH, 1, false],
    ['while it read the address of the post', 'GET /{ig-media}', 1, true],
  ])('%s, posts once when it is run again', { timeout: 60_000 }, async (_, route, nth, unanswered) => {
    let seen = 0
    let kill = (): void => undefined
    const { sandbox, account, publish } = await openWorld((found) => {
      if (found === route && ++seen === nth) kill()
    })
    if (unanswered) sandbox.faults.add({ kind: 'stall-headers', skip: nth - 1, times: 1, match: { route } })
    const killed = await publish((end) => {
      kill = end
    })
    expect(killed.code).toBeNull()
    const again = await publish()
    expect(again.code, again.stderr).toBe(0)
    const { posts, by_caption } = sandbox.published(account)
    expect(by_caption).toEqual({ Once: 1 })
    expect(JSON.parse(again.stdout)).toMatchObject({ key: KEY, state: 'PUBLISHED', id: posts[0]?.id })
    const third = await publish()
    expect(JSON.parse(third.stdout)).toMatchObject({ id: posts[0]?.id, replayed: true })
    expect(sandbox.published(account).posts).toHaveLength(1)
  })
})
