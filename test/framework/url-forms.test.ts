import { describe, expect, it } from 'vitest'
import { byScheme, folderOf, formsText, withoutForm } from '../../framework/url-forms.ts'

const forms = { file: 'file:DIR', postgres: 'postgres://…', postgresql: 'postgres://…' }

describe('formsText', () => {
  it('names each form once, with "or" before the last', () => {
    expect(formsText(forms)).toBe('file:DIR or postgres://…')
    expect(formsText(forms, 'env:NAME')).toBe('file:DIR, postgres://… or env:NAME')
    expect(formsText(withoutForm({ a: 'a:X', b: 'b:Y' }, 'a'))).toBe('b:Y')
  })
})

describe('byScheme', () => {
  const kind = { what: 'registry', code: 'ERR_X', forms }
  const schemes = { file: 1, postgres: 2, postgresql: 2 }

  it('finds what the scheme of a URL means, whatever its case', () => {
    expect(['file:x', 'FILE:x', 'postgres://h/d'].map((url) => byScheme(schemes, url, kind))).toEqual([1, 1, 2])
  })

  it.each(['fil:x', 'toString:x', 'x', ''])('refuses %j and lists the forms', (url) => {
    expect(() => byScheme(schemes, url, kind)).toThrow(
      expect.objectContaining({ code: 'ERR_X', message: expect.stringContaining('(file:DIR, postgres://…)') }),
    )
  })
})

describe('folderOf', () => {
  it('reads a path behind file: and a file URL', () => {
    expect([folderOf('file:a/b', 'ERR_X'), folderOf('file:///a/b', 'ERR_X')]).toEqual(['a/b', '/a/b'])
  })

  it('refuses a URL without a path', () => {
    expect(() => folderOf('file:', 'ERR_X')).toThrow(expect.objectContaining({ code: 'ERR_X' }))
  })
})
