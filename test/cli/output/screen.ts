import { Writable } from 'node:stream'

export interface Screen extends Writable {
  readonly isTTY: boolean
  readonly columns: number
  readonly rows: number
  text(): string
  lines(): readonly string[]
}

/** A stream that remembers what was written to it and says that it is a terminal or not. */
export function screen(isTTY: boolean): Screen {
  let written = ''
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      written += chunk
      done()
    },
  })
  const text = () => written
  return Object.assign(stream, { isTTY, columns: 80, rows: 24, text, lines: () => written.split('\n').filter(Boolean) })
}
