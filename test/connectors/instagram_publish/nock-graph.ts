import nock from 'nock'
import { afterEach, beforeEach } from 'vitest'
import { InstagramConnector } from '../../../compose/publish/instagram-connector.ts'

export const account = '17841400000000001'
export const host = 'https://graph.facebook.com'
export const media = `/v26.0/${account}/media`
export const publish = `/v26.0/${account}/media_publish`

/** Nothing but what a test has set up goes out. */
export function onlyNock(): void {
  beforeEach(() => {
    nock.disableNetConnect()
  })
  afterEach(() => {
    nock.cleanAll()
    nock.enableNetConnect()
  })
}

export function connector(more: Partial<ConstructorParameters<typeof InstagramConnector>[0]> = {}): InstagramConnector {
  return new InstagramConnector({ accessToken: 'nock-user-token', instagramAccountId: account, ...more })
}

export const container = (id: string) => `/v26.0/${id}?fields=status_code`

/** A container that is ready at once, publishing, and the address of the post. */
export function published(containerId: string, mediaId: string): nock.Scope {
  return nock(host)
    .get(container(containerId))
    .reply(200, { status_code: 'FINISHED', id: containerId })
    .post(publish, { creation_id: containerId })
    .reply(200, { id: mediaId })
    .get(`/v26.0/${mediaId}?fields=permalink`)
    .reply(200, { permalink: `https://www.instagram.com/p/${mediaId}/`, id: mediaId })
}

export const graphError = (code: number, message: string, subcode?: number) => ({
  error: { message, type: 'OAuthException', code, ...(subcode === undefined ? {} : { error_subcode: subcode }), fbtrace_id: 'Abc123' },
})
