import { describe, expect, it } from 'vitest'
import { jsonlFormat } from '../../destinations/jsonl-format.ts'
import { message, page, streamInfo } from '../conformance/items.ts'

describe('jsonlFormat', () => {
  it('writes the fields of each record behind the name of its stream', () => {
    const text = jsonlFormat().page(page(streamInfo('posts__17'), [{ id: '1', text: 'a\u2028' }, {}]))
    expect(text).toBe('{"_stream":"posts__17","id":"1","text":"a\\u2028"}\n{"_stream":"posts__17"}\n')
  })

  it('writes nothing else', () => {
    expect(jsonlFormat().message(message({ type: 'LOG', log: { level: 'INFO', message: 'x' } }).message)).toBe('')
  })
})
