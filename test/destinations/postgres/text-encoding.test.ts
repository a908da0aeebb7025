import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePostgresUrl } from '../../../framework/index.ts'
import { page } from '../../conformance/items.ts'
import { type PostgresServer, startPostgres } from '../../conformance/postgres-server.ts'
import { items, placeOf } from './place.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

/** A database of its own; it stays until the server ends. */
async function databaseIn(encoding: string): Promise<string> {
  const url = server.freshUrl()
  const name = `encoding_${encoding.toLowerCase()}_${randomBytes(4).toString('hex')}`
  await placeOf(url).create(`create database ${name} encoding '${encoding}' lc_collate 'C' lc_ctype 'C' template template0`)
  return url.replace(`/${parsePostgresUrl(url).database}?`, `/${name}?`)
}

// The server inside this process has one database only.
describe.runIf(process.env['CONNECTOR_TEST_POSTGRES'] !== undefined)('A database that is not in UTF-8', () => {
  const properties = { id: { type: 'string' }, text: { type: 'string' }, map: { type: 'object' } }
  const stream = items(properties)
  const odd = '\u2028 \ufffd \u0000 \ud800 \\u00e9'
  const rows = ['é', '😀', '😁', 'e'].map((id) => ({ id, text: `${id} ${odd}`, map: { [id]: odd }, more: id }))

  it.each([
    ['LATIN1', ['e', 'é', '\\u{1f600}', '\\u{1f601}']],
    ['EUC_JP', ['e', 'é', '\\u{1f600}', '\\u{1f601}']],
    ['SQL_ASCII', ['e', 'é', '😀', '😁']],
  ])('in %s keeps every row, its key and its characters', async (encoding, ids) => {
    const place = placeOf(await databaseIn(encoding))
    await place.write([page(stream, rows)], [stream])
    const { rejected, warnings } = await place.write([page(stream, rows)], [stream])
    expect(rejected.size).toBe(0)
    expect(warnings.map(({ message }) => /encoded in (\w+)/.exec(message)?.[1])).toEqual(encoding === 'SQL_ASCII' ? [] : [encoding])
    const found = await place.sql('select id, text, map, _extra from SCHEMA.items')
    expect(found.map(({ id }) => id).sort()).toEqual(ids.toSorted())
    for (const { id, text, map, _extra } of found) {
      expect(text).toMatch(id === 'e' ? /^e / : /./)
      expect(Object.keys(map as object)).toEqual([id])
      expect(_extra).toEqual({ more: id })
      expect(String(Object.values(map as object)[0])).toBe(String(text).slice(String(id).length + 1))
    }
  })
})
