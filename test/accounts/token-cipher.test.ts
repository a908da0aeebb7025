import { describe, expect, it } from 'vitest'
import { createTokenCipher } from '../../accounts/token-cipher.ts'
import { KEY, OTHER_KEY } from '../conformance/account-registry.ts'

const TOKEN = 'sandbox-user-token'

describe('createTokenCipher', () => {
  const cipher = createTokenCipher({ key: KEY })

  it('gives back what it sealed, and never the same text twice', () => {
    const texts = Array.from({ length: 50 }, () => cipher.seal(TOKEN, '1'))
    expect(new Set(texts).size).toBe(50)
    for (const text of texts) {
      expect(text).toMatch(/^enc:v1:[0-9a-f]{8}:[A-Za-z0-9_-]+$/)
      expect(cipher.open(text, '1')).toBe(TOKEN)
    }
  })

  it('opens no text of another account, and none that was changed anywhere', () => {
    const text = cipher.seal(TOKEN, '1')
    const code = 'ERR_ACCOUNT_TOKEN_UNREADABLE'
    expect(() => cipher.open(text, '2')).toThrow(expect.objectContaining({ code }))
    const body = text.lastIndexOf(':') + 1
    const bytes = Buffer.from(text.slice(body), 'base64url')
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(() => cipher.open(text.slice(0, body) + changed.toString('base64url'), '1')).toThrow(expect.objectContaining({ code }))
    }
    for (let length = 0; length < text.length; length++) {
      const cut = text.slice(0, length)
      if (cut.startsWith('enc:')) expect(() => cipher.open(cut, '1')).toThrow(expect.objectContaining({ code }))
    }
  })

  it('says which key is wanted, not what it is', () => {
    const text = cipher.seal(TOKEN, '1')
    const id = text.split(':')[2] ?? ''
    expect(() => createTokenCipher({ key: OTHER_KEY }).open(text, '1')).toThrow(new RegExp(`key ${id}.*--old-key`))
    expect(() => createTokenCipher({}).open(text, '1')).toThrow(/no key is given/)
  })

  it('reads with old keys and writes with the current one', () => {
    const text = cipher.seal(TOKEN, '1')
    const rotated = createTokenCipher({ key: OTHER_KEY, oldKeys: [KEY] })
    expect(rotated.open(text, '1')).toBe(TOKEN)
    expect([rotated.isCurrent(text), rotated.isCurrent(rotated.seal(TOKEN, '1'))]).toEqual([false, true])
    expect(() => cipher.open(rotated.seal(TOKEN, '1'), '1')).toThrow()
  })

  it.each([
    ['too short', Buffer.alloc(31).toString('base64')],
    ['too long', Buffer.alloc(33).toString('base64')],
    ['a passphrase', 'correct horse battery staple, and so on'],
    ['hex with a letter too much', `${OTHER_KEY}a`],
    ['nothing', ' '],
  ])('refuses a key that is %s, without repeating it', (_, key) => {
    const opened = () => createTokenCipher({ key })
    expect(opened).toThrow(expect.objectContaining({ code: 'ERR_ACCOUNTS_KEY_INVALID' }))
    expect(opened).not.toThrow(key.trim() || 'undefined')
  })

  it('takes the same key as base64, base64url and hex, with a line break', () => {
    const bytes = Buffer.from(OTHER_KEY, 'hex')
    const text = createTokenCipher({ key: OTHER_KEY }).seal(TOKEN, '1')
    for (const key of [bytes.toString('base64'), bytes.toString('base64url'), OTHER_KEY.toUpperCase(), `${OTHER_KEY}\n`]) {
      expect(createTokenCipher({ key }).open(text, '1')).toBe(TOKEN)
    }
  })
})
