import { describe, expect, it } from 'vitest'
import { createResponse, emptyResponse, excerpt } from '../../../../framework/http/transport/body.ts'

const asIs = (text: string) => text
const response = (body: Uint8Array | string, redact = asIs) =>
  createResponse({ status: 200, headers: {}, url: 'https://api.example.com/', body: Buffer.from(body) }, redact)

describe('createResponse', () => {
  it.each([
    ['plain text', Buffer.from('héllo'), 'héllo'],
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), '{}'],
    ['an invalid byte', Buffer.from([0x61, 0xff, 0x62]), 'a\ufffdb'],
    ['half a character', Buffer.from([0x61, 0xe2, 0x82]), 'a\ufffd'],
  ])('reads %s as text', (_, body, text) => {
    expect(response(body).text()).toBe(text)
  })

  it('keeps a row whose caption holds an invalid byte', () => {
    const body = Buffer.concat([Buffer.from('{"data":[{"caption":"a'), Buffer.from([0xc3, 0x28]), Buffer.from('"}]}')])
    expect(response(body).json()).toEqual({ data: [{ caption: 'a\ufffd(' }] })
  })

  it('parses once', () => {
    const one = response('{"a":[1]}')
    expect(one.json()).toBe(one.json())
  })

  it.each([
    ['', 'found: nothing'],
    ['<html><title>Log in</title>', 'found: <html><title>Log in</title>'],
    ['{"data":[{"id":"1"', 'found: {"data":[{"id":"1"'],
    ['[NaN]', 'found: [NaN]'],
  ])('calls %j a transient failure that quotes its start', (body, text) => {
    const one = response(body)
    for (let round = 0; round < 2; round++) {
      expect(() => one.json()).toThrow(
        expect.objectContaining({ code: 'ERR_BODY_NOT_JSON', failureType: 'transient_error', message: expect.stringContaining(text) }),
      )
    }
  })

  it('redacts what it quotes, in the message and all along the causes', () => {
    const one = response('{"access":"hush-hush"', (text) => text.replaceAll('hush-hush', '****'))
    const thrown = catchError(() => one.json())
    expect(String(thrown)).toContain('****')
    expect(JSON.stringify([thrown.message, thrown.cause, thrown.stack, Object.entries(thrown)])).not.toContain('hush-hush')
  })
})

describe('excerpt', () => {
  it('redacts before it cuts, so that no half of a secret stays', () => {
    const text = `${'x'.repeat(495)}hush-hush-hush`
    expect(excerpt(text, (whole) => whole.replaceAll('hush-hush-hush', '****'))).toBe(`${'x'.repeat(495)}****`)
  })

  it('cuts at 500 characters', () => {
    expect(excerpt('y'.repeat(600), asIs)).toBe(`${'y'.repeat(500)}…`)
  })
})

describe('emptyResponse', () => {
  it('has status 0 and no body', () => {
    expect(emptyResponse('https://api.example.com/')).toMatchObject({ status: 0, headers: {} })
    expect(emptyResponse('https://api.example.com/').text()).toBe('')
  })
})

function catchError(run: () => unknown): Error {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof Error) return thrown
  }
  throw new Error('nothing was thrown')
}
