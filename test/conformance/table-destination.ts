import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Destination, type Item, type JsonSchema, parseExactJson, type Row, type StreamInfo } from '../../framework/index.ts'
import { from, runOf } from './destination.ts'
import { page, state, streamInfo } from './items.ts'
import { completion, replacing } from './write-modes.ts'

/** A database that keeps its tables. */
export interface TablePlace {
  open(layout?: 'shared' | 'per_stream'): Promise<Destination>
  /** A table or view as a statement names it. */
  table(name: string): string
  /** Runs a statement. */
  execute(sql: string): Promise<void>
  /** Values as text that the database prints, times in UTC, null for null. */
  select(table: string, columns: readonly string[], order?: string): Promise<readonly (readonly (string | null)[])[]>
  destroy(): Promise<void>
}

/** SQL that both databases take; `count(*)` and names of columns, in order. */
export function selectTexts(table: string, columns: readonly string[], order?: string): string {
  const texts = columns.map((column, index) => `cast(${column === 'count(*)' ? column : `"${column}"`} as varchar) as c${index}`)
  return `select ${texts.join(', ')} from ${table}${order === undefined ? '' : ` order by "${order}"`}`
}

const objectOf = (properties: Readonly<Record<string, unknown>>): JsonSchema => ({ type: 'object', properties })
const insights = objectOf({
  page_id: { type: 'string' },
  end_time: { type: 'string', format: 'date-time' },
  value: { type: ['null', 'integer'] },
})
const insightKey = { primaryKey: [['page_id'], ['end_time']], schema: insights }

/** What every destination that writes tables has to do beside the contract of destinations. */
export function testTableDestination(name: string, createPlace: () => Promise<TablePlace>): void {
  describe(`${name} keeps the contract of tables`, () => {
    let place: TablePlace
    beforeEach(async () => {
      place = await createPlace()
    })
    afterEach(() => place.destroy())

    async function run(
      items: readonly Item[],
      streams: readonly StreamInfo[],
      layout?: 'shared' | 'per_stream',
      warn: (warning: string) => void = () => undefined,
    ) {
      const destination = await place.open(layout)
      await destination.open({ ...runOf(streams), finding: ({ error }) => warn(error.message) })
      try {
        for await (const _ of destination.write(from(items)));
      } finally {
        await destination.close()
      }
      return { ...destination.report(), changes: streams.map(({ name }) => destination.changes(name)) }
    }
    const row = (end_time: string, value: unknown, page_id = '1') => ({ page_id, end_time, value })
    const day = (date: string) => `${date}T08:00:00+00:00`

    it('creates the tables of all streams, empty ones too', async () => {
      await run([], [streamInfo('insights__1', insightKey)])
      expect(await place.select('insights', ['page_id', 'end_time', 'value', '_extra', '_synced_at', '_run_id'])).toEqual([])
    })

    it('overwrites rows with the same key, whichever text their time came as', async () => {
      const stream = streamInfo('insights__1', insightKey)
      await run([page(stream, [row(day('2026-01-01'), 1), row(day('2026-01-02'), 2)]), state(stream.name, { at: 1 })], [stream])
      const again = [
        page(stream, [row('2026-01-02T00:00:00-08:00', 22)]),
        page(stream, [row(day('2026-01-02'), 23), row(day('2026-01-03'), 3)]),
      ]
      await run([...again, state(stream.name, { at: 2 })], [stream])
      expect(await place.select('insights', ['value'], 'end_time')).toEqual([['1'], ['23'], ['3']])
    })

    it('puts streams of one kind into one table, unless told otherwise', async () => {
      const streams = ['1', '2'].map((id) => streamInfo(`insights__${id}`, insightKey))
      const pages = streams.map((stream) => page(stream, [row(day('2026-01-01'), 1, stream.accountId)]))
      const report = await run(pages, streams)
      expect(await place.select('insights', ['page_id'], 'page_id')).toEqual([['1'], ['2']])
      expect(report.rows).toEqual({ insights__1: 1, insights__2: 1 })
      await run(pages, streams, 'per_stream')
      expect(await place.select('insights__2', ['page_id'])).toEqual([['2']])
    })

    describe('counts what the table did not have apart from what was written over', () => {
      const [one, two, undescribed] = [
        ...['1', '2'].map((id) => streamInfo(`insights__${id}`, insightKey)),
        streamInfo('insights__3', { ...insightKey, kind: 'insights', accountId: undefined }),
      ]
      if (!one || !two || !undescribed) throw new Error('three streams')
      const days = ['2026-01-01', '2026-01-02', '2026-01-03'].map(day)
      const rows = (id: string, from: number, to: number) => days.slice(from, to).map((at) => row(at, 1, id))
      const changes = (inserted: number, updated: number) => ({ inserted, updated })

      it('for each stream of a batch', async () => {
        await run([page(one, rows('1', 0, 2)), page(two, rows('2', 0, 1))], [one, two])
        const again = await run([page(two, rows('2', 0, 3)), page(one, rows('1', 1, 3))], [one, two])
        expect(again.changes).toEqual([changes(1, 1), changes(2, 1)])
        expect(again.rows).toEqual({ insights__1: 2, insights__2: 3 })
      })

      it('also where the table does not say which stream a row is of', async () => {
        const plain = { ...one, accountId: undefined }
        await run([page(plain, rows('1', 0, 2))], [plain])
        const again = await run([page(undescribed, rows('3', 0, 3)), page(plain, rows('1', 0, 3))], [plain, undescribed])
        expect(again.changes).toEqual([changes(1, 2), changes(3, 0)])
      })

      it('once for a row that comes twice in a batch, and as written over in the next', async () => {
        const twice = [page(one, rows('1', 0, 2)), page(one, rows('1', 0, 2))]
        const first = await run([...twice, state(one.name, { at: 1 }), page(one, rows('1', 0, 1)), state(one.name, { at: 2 })], [one])
        const { inserted = 0, updated = 0 } = first.changes[0] ?? {}
        // Whether the states share a batch is up to the destination.
        expect([inserted, updated <= 1]).toEqual([2, true])
      })

      it('not before a replacement takes place, and only of its own stream', async () => {
        await run([page(one, rows('1', 0, 2)), page(two, rows('2', 0, 2))], [one, two])
        const again = { ...one, write: replacing('r1') }
        const begun = await run([page(again, rows('1', 1, 3)), state(one.name, { at: 1 })], [again])
        expect(begun.changes).toEqual([changes(0, 0)])
        const resumed = { ...one, write: replacing('r1', true) }
        const { changes: done, replaced } = await run([completion(resumed)], [resumed, two])
        expect(done).toEqual([changes(1, 1), changes(0, 0)])
        expect(replaced).toEqual({ insights__1: 2 })
      })

      it('with keys that have nulls', async () => {
        await run([page(one, [{ page_id: '1' }, row(days[0] ?? '', 1)])], [one])
        const again = await run([page(one, [{ page_id: '1' }, { page_id: '2' }]), page(two, [row(days[0] ?? '', 1, '9')])], [one, two])
        expect(again.changes).toEqual([changes(1, 1), changes(1, 0)])
      })
    })

    it('keeps values of every type', async () => {
      const schema = objectOf({
        id: { type: 'string' },
        big: { type: 'integer' },
        ratio: { type: 'number' },
        flag: { type: 'boolean' },
        day: { type: 'string', format: 'date' },
        at: { type: 'string', format: 'date-time' },
        local: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
        map: { type: 'object' },
        any: {},
      })
      const stream = streamInfo('all', { schema })
      const values = {
        id: '18000000000000000123',
        big: 9007199254740993n,
        ratio: 0.1,
        flag: false,
        day: '2024-02-29',
        at: '2026-01-01T00:00:00.25-0800',
        local: '2026-01-01T00:00:00',
        map: { a: ["'", '"', '\\', '{', ',', 'NULL'] },
        any: 'text',
      }
      await run([page(stream, [values, { id: '2' }])], [stream])
      const columns = ['id', 'big', 'ratio', 'flag', 'day', 'at', 'local', 'any', '_extra', '_run_id']
      const [found, empty] = await place.select('all', columns, 'big')
      expect(found?.slice(0, 5)).toEqual(['18000000000000000123', '9007199254740993', '0.1', 'false', '2024-02-29'])
      expect(found?.[5]).toMatch(/^2026-01-01 08:00:00\.25\+00/)
      expect(found?.slice(6)).toEqual(['2026-01-01 00:00:00', '"text"', null, 'run-1'])
      expect(empty).toEqual(['2', ...Array(8).fill(null), 'run-1'])
      const [map] = await place.select('all', ['map', '_synced_at'], 'big')
      expect(JSON.parse(map?.[0] ?? '')).toEqual(values.map)
      expect(map?.[1]).toMatch(/^2026-01-02 03:04:05\.006\+00/)
    })

    it.each([
      ['value', 'many'],
      ['value', 1.5],
      ['value', { nested: true }],
      ['new_field', 'x'],
      ['__proto__', { a: 1 }],
    ])('keeps what has no place in the columns beside them: %s', async (field, value) => {
      const stream = streamInfo('insights__1', insightKey)
      const odd = Object.fromEntries([...Object.entries(row(day('2026-01-01'), null)), [field, value]])
      await run([page(stream, [odd])], [stream])
      const [found] = await place.select('insights', ['value', '_extra'])
      expect(found?.[0]).toBeNull()
      expect(Object.entries(JSON.parse(found?.[1] ?? ''))).toEqual([[field, value]])
    })

    it('refuses a key that is not what the schema says, and names the stream', async () => {
      const stream = streamInfo('insights__1', insightKey)
      const refused = run([page(stream, [row('yesterday', 1)])], [stream])
      await expect(refused).rejects.toMatchObject({ code: 'ERR_RECORD_KEY', context: { stream: 'insights__1' } })
      await expect(refused).rejects.toThrow(/end_time.*yesterday/)
    })

    it('adds columns that a later schema has, also in the middle of a run, and widens whole numbers', async () => {
      const before = streamInfo('insights__1', insightKey)
      const wider = objectOf({ ...(insights['properties'] as Row), value: { type: 'number' }, title: { type: 'string' } })
      const after = { ...before, schema: wider }
      await run(
        [
          page(before, [row(day('2026-01-01'), 1)]),
          page(after, [{ ...row(day('2026-01-02'), 2.5), title: 'new' }]),
          page(before, [row(day('2026-01-03'), 3)]),
          state(before.name, { at: 1 }),
        ],
        [before],
      )
      const found = await place.select('insights', ['value', 'title', '_extra'], 'end_time')
      expect(found.map(([value, ...rest]) => [Number(value), ...rest])).toEqual([
        [1, null, null],
        [2.5, 'new', null],
        [3, null, null],
      ])
      await run([], [before])
      expect(await place.select('insights', ['title'], 'end_time')).toEqual([[null], ['new'], [null]])
    })

    it('appends rows without a key', async () => {
      const keyless = streamInfo('log', { primaryKey: [], schema: objectOf({ text: { type: 'string' } }) })
      await run([page(keyless, [{ text: 'a' }, { text: 'a' }]), state('log', { at: 1 })], [keyless])
      expect(await place.select('log', ['text'])).toEqual([['a'], ['a']])
    })

    it('keeps one row of a key with null, also when it is read again', async () => {
      const keyed = streamInfo('insights__1', insightKey)
      const rows = [{ page_id: '1' }, { page_id: '1', end_time: null, value: 1 }, row(day('2026-01-01'), 2), { page_id: '2', value: 3 }]
      await run([page(keyed, rows)], [keyed])
      await run([page(keyed, [{ page_id: '1', value: 4 }])], [keyed])
      expect(await place.select('insights', ['page_id', 'end_time', 'value'], 'value')).toEqual([
        ['1', expect.stringMatching(/^2026-01-01/), '2'],
        ['2', null, '3'],
        ['1', null, '4'],
      ])
    })

    it('replaces the rows of one account and leaves those of the others', async () => {
      const streams = ['1', '2'].map((id) => streamInfo(`insights__${id}`, insightKey))
      const days = [day('2026-01-01'), day('2026-01-02')]
      await run(
        streams.flatMap((stream) =>
          page(
            stream,
            days.map((at) => row(at, 1, stream.accountId)),
          ),
        ),
        streams,
      )
      const [first, second] = streams.map((stream) => ({ ...stream, write: replacing('r1') }))
      if (!first || !second) throw new Error('two streams')
      await run([page(first, [row(days[0] ?? '', 2, '1')]), completion(first), page(second, [row(days[0] ?? '', 9, '2')])], [first, second])
      expect(await place.select('insights', ['page_id', 'value', '_stream'], 'value')).toEqual([
        ['2', '1', 'insights__2'],
        ['2', '1', 'insights__2'],
        ['1', '2', 'insights__1'],
      ])
    })

    it('takes new columns in the middle of a replacement', async () => {
      const before = streamInfo('insights__1', { ...insightKey, write: replacing('r1') })
      const after = { ...before, schema: objectOf({ ...(insights['properties'] as Row), title: { type: 'string' } }) }
      const pages = [page(before, [row(day('2026-01-01'), 1)]), page(after, [{ ...row(day('2026-01-02'), 2), title: 'new' }])]
      await run([...pages, completion(before)], [before])
      expect(await place.select('insights', ['value', 'title'], 'end_time')).toEqual([
        ['1', null],
        ['2', 'new'],
      ])
    })

    it('leaves views, indexes and columns that somebody added, when it replaces', async () => {
      const stream = streamInfo('insights__1', insightKey)
      const days = [day('2026-01-01'), day('2026-01-02')]
      const rows = days.map((at, index) => row(at, index))
      await run([page(stream, rows)], [stream])
      await place.execute(`alter table ${place.table('insights')} add column note varchar`)
      await place.execute(`create view ${place.table('kept')} as select * from ${place.table('insights')}`)
      await place.execute(`update ${place.table('insights')} set note = 'mine'`)
      await place.execute(`create unique index mine on ${place.table('insights')} (value)`)
      const again = { ...stream, write: replacing('r1') }
      await run([page(again, [row(days[1] ?? '', 7), row(day('2026-01-03'), 8)]), completion(again)], [again])
      expect(await place.select('kept', ['value', 'note'], 'end_time')).toEqual([
        ['7', 'mine'],
        ['8', null],
      ])
      const copy = `insert into ${place.table('insights')} (page_id, end_time, value, _synced_at, _run_id) select 'other', end_time, value, _synced_at, _run_id from ${place.table('insights')}`
      await expect(place.execute(copy)).rejects.toThrow(/duplicate/i)
    })

    it('leaves columns that somebody added in rows whose key has a null, when it replaces', async () => {
      const stream = streamInfo('insights__1', insightKey)
      const rows = [{ page_id: '1', value: 1 }, row(day('2026-01-01'), 2), { page_id: '2', value: 3 }]
      await run([page(stream, rows)], [stream])
      await place.execute(`alter table ${place.table('insights')} add column note varchar`)
      await place.execute(`update ${place.table('insights')} set note = 'mine'`)
      const again = { ...stream, write: replacing('r1') }
      await run(
        [page(again, [{ page_id: '1', value: 7 }, { page_id: '3', value: 8 }, row(day('2026-01-01'), 9)]), completion(again)],
        [again],
      )
      expect(await place.select('insights', ['page_id', 'value', 'note'], 'value')).toEqual([
        ['1', '7', 'mine'],
        ['3', '8', null],
        ['1', '9', 'mine'],
      ])
    })

    it('says how many rows are older than the column that says whose they are, and leaves them', async () => {
      const stream = streamInfo('insights__1', insightKey)
      await run([page(stream, [row(day('2026-01-01'), 1)])], [stream])
      await place.execute(`update ${place.table('insights')} set _stream = null`)
      const again = { ...stream, write: replacing('r1') }
      const report = await run([page(again, [row(day('2026-01-02'), 2)]), completion(again)], [again])
      expect(Object.values(report.unowned ?? {})).toEqual([1])
      expect(await place.select('insights', ['value'], 'end_time')).toEqual([['1'], ['2']])
    })

    it('refuses streams that share a table and have different keys', async () => {
      const streams = [streamInfo('insights__1', insightKey), streamInfo('insights__2', { ...insightKey, write: { mode: 'append' } })]
      const refused = run([], streams)
      await expect(refused).rejects.toMatchObject({ code: 'ERR_OUTPUT_TABLE' })
      await expect(refused).rejects.toThrow(/per_stream/)
    })

    it('reads times of every form, also in keys, and cuts them to microseconds', async () => {
      const time = { type: 'string', format: 'date-time' }
      const stream = streamInfo('times', {
        primaryKey: [['at']],
        schema: objectOf({ at: time, day: { type: 'string', format: 'date' }, n: { type: 'integer' } }),
      })
      const forms = [
        '2026-01-02T03:04:05.123456789Z',
        '20260102T040405,123456+01',
        '2026-W01-5T03:04:05.1234561z',
        '2026-002 03:04:05.123456',
      ]
      const others = ['2016-12-31T23:59:60Z', '2026-12-31T24:00:00Z', '+012026-01-02T03:04Z', '-0043-03-15T12:00Z', '0000-02-29T00:00Z']
      await run(
        [
          page(
            stream,
            forms.map((at, n) => ({ at, n })),
          ),
          page(
            stream,
            others.map((at, n) => ({ at, day: at.slice(0, -7), n: n + 10 })),
          ),
        ],
        [stream],
      )
      await run([page(stream, [{ at: forms[0], n: 4 }])], [stream])
      const found = await place.select('times', ['at', 'n'], 'n')
      const bare = found.map(([at, n]) => [at?.replace(/\+00$/, ''), n])
      expect(bare.slice(0, 4)).toEqual([
        ['2026-01-02 03:04:05.123456', '4'],
        ['2017-01-01 00:00:00', '10'],
        ['2027-01-01 00:00:00', '11'],
        ['12026-01-02 03:04:00', '12'],
      ])
      expect(bare.slice(4).map(([at]) => at?.replace(/ \(?BC\)?/, '').replace('+00', ''))).toEqual([
        '0044-03-15 12:00:00',
        '0001-02-29 00:00:00',
      ])
    })

    it('counts what goes to _extra instead of its column, and warns once per column', async () => {
      const stream = streamInfo('insights__1', insightKey)
      const other = { page_id: '1', end_time: day('2026-01-04'), value: 1, unknown: 'no column was promised' }
      const warnings: string[] = []
      const items = [page(stream, [row(day('2026-01-01'), 'many'), row(day('2026-01-02'), 1.5), row(day('2026-01-03'), 3), other])]
      const report = await run(items, [stream], undefined, (warning) => warnings.push(warning))
      expect(report.misfits).toEqual({ 'insights.value': 2 })
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toMatch(/insights\.value does not fit its column.*"many"/)
    })

    it.each([
      ['an id', 'integer', '9007199254740993', '9007199254740993'],
      ['the least of 64 bits', 'integer', -9223372036854775808n, '-9223372036854775808'],
      ['2^53', 'number', 9007199254740992, '9007199254740992'],
      ['a decimal as text', 'number', '0.1', '0.1'],
      ['the least double', 'number', 5e-324, 5e-324],
      [
        'an object',
        'object',
        { n: 9007199254740993n, list: [1.1, 12345678901234567890n] },
        '{"n":9007199254740993,"list":[1.1,12345678901234567890]}',
      ],
    ])('rounds nothing on its way into a column: %s', async (_title, type, value, expected) => {
      const stream = streamInfo('numbers', { schema: objectOf({ id: { type: 'string' }, v: { type } }) })
      await run([page(stream, [{ id: '1', v: value }])], [stream])
      const [[v, extra] = []] = await place.select('numbers', ['v', '_extra'])
      expect(extra).toBeNull()
      if (typeof expected === 'number') expect(Number(v)).toBe(expected)
      else expect(v?.replaceAll(' ', '').replace(/\.0$/, '')).toBe(expected)
    })

    it('keeps every digit of the decimals of a body', async () => {
      const body = '{"id":"1","v":0.1234567890123456789,"w":{"n":9007199254740993.5}}'
      const stream = streamInfo('prices', { schema: objectOf({ id: { type: 'string' }, v: { type: 'number' }, w: { type: 'object' } }) })
      await run([page(stream, [parseExactJson(body) as Row])], [stream])
      const [[v, w, extra] = []] = await place.select('prices', ['v', 'w', '_extra'])
      expect([v ?? extra?.replace(/^\{"v": ?|\}$/g, ''), w?.replace(' ', '')]).toEqual([
        '0.1234567890123456789',
        '{"n":9007199254740993.5}',
      ])
    })

    it('keeps a number whose digits a column cannot hold', async () => {
      const stream = streamInfo('numbers', { schema: objectOf({ id: { type: 'string' }, v: { type: 'integer' } }) })
      await run([page(stream, [{ id: '1', v: 2n ** 64n }])], [stream])
      expect(await place.select('numbers', ['v', '_extra'])).toEqual([[null, expect.stringMatching(/^\{"v": ?18446744073709551616\}$/)]])
    })

    describe('of a stream without a schema', () => {
      const open = streamInfo('things', { schema: {} })
      const things = (rows: readonly Row[]) => run([page(open, rows), state('things', { at: 1 })], [open])

      it('makes columns of what its rows show', async () => {
        await things([
          { id: 1, name: 'a', score: 1, at: '2026-01-01T00:00:00Z', tags: ['x'], note: null },
          { id: 2, name: null, score: 2, at: '2026-01-02T00:00:00Z', tags: [], note: null },
        ])
        const columns = ['id', 'name', 'score', 'tags', '_extra']
        expect(withoutSpaces(await place.select('things', columns, 'id'))).toEqual([
          ['1', 'a', '1', '["x"]', '{"note":null}'],
          ['2', null, '2', '[]', '{"note":null}'],
        ])
        const typed = `select sum(id) as id from ${place.table('things')}`
        await place.execute(`create view ${place.table('total')} as ${typed}`)
        expect(await place.select('total', ['id'])).toEqual([['3']])
      })

      it('makes columns of whole numbers that JavaScript would round, and widens them beyond 64 bits', async () => {
        const bodies = [
          '{"id":1,"v":7,"w":1}',
          '{"id":9007199254740993,"v":9007199254740993,"w":2}',
          '{"id":2,"v":8,"w":18446744073709551616}',
        ]
        await run([...bodies.map((body) => page(open, [parseExactJson(body) as Row])), state('things', { at: 1 })], [open])
        await place.execute(
          `create view ${place.table('sums')} as select sum(id) as id, sum(v) as v, max(w) as w from ${place.table('things')}`,
        )
        const [[id, v, w] = []] = await place.select('sums', ['id', 'v', 'w'])
        expect([id, v, Number(w)]).toEqual(['9007199254740996', '9007199254741008', 2 ** 64])
        expect(await place.select('things', ['id', '_extra'], 'id')).toEqual([
          ['1', null],
          ['2', null],
          ['9007199254740993', null],
        ])
      })

      it('merges by its key', async () => {
        await things([{ id: 1, v: 'a' }, { id: 2, v: 'b' }]) // biome-ignore format: one line
        await things([{ id: 2, v: 'c' }])
        expect(await place.select('things', ['id', 'v'], 'id')).toEqual([['1', 'a'], ['2', 'c']]) // biome-ignore format: one line
      })

      it('adds and widens columns as later pages show more', async () => {
        const pages = [[{ id: 1, v: 1, w: null }], [{ id: 2, v: 1.5, w: 'x' }], [{ id: 3, v: 'text', w: 'y' }]]
        await run([...pages.map((rows) => page(open, rows)), state('things', { at: 1 })], [open])
        const found = await place.select('things', ['id', 'v', 'w'], 'id')
        expect(found.map(([id, v, w]) => [id, v === null || v === undefined ? null : Number(v), w])).toEqual([
          ['1', 1, null],
          ['2', 1.5, 'x'],
          ['3', null, 'y'],
        ])
        expect(withoutSpaces(await place.select('things', ['_extra'], 'id'))).toContainEqual(['{"v":"text"}'])
      })

      it('replaces its rows', async () => {
        await things([{ id: 1 }, { id: 2 }])
        const again = { ...open, write: replacing('r1') }
        await run([page(again, [{ id: 3, v: 'new' }]), completion(again)], [again])
        expect(await place.select('things', ['id', 'v'])).toEqual([['3', 'new']])
        const empty = { ...open, write: replacing('r2') }
        await run([completion(empty)], [empty])
        expect(await place.select('things', ['id'])).toEqual([])
      })
    })

    it('finds the key inside an object', async () => {
      const stream = streamInfo('nested', {
        primaryKey: [['meta', 'id']],
        schema: objectOf({ meta: { type: 'object' }, value: { type: 'integer' } }),
      })
      await run(
        [
          page(stream, [
            { meta: { id: 'a' }, value: 1 },
            { meta: { id: 'b' }, value: 2 },
          ]),
        ],
        [stream],
      )
      await run([page(stream, [{ meta: { id: 'a' }, value: 3 }])], [stream])
      expect(await place.select('nested', ['meta.id', 'value'], 'value')).toEqual([
        ['b', '2'],
        ['a', '3'],
      ])
    })

    it('tells columns apart that differ by case only', async () => {
      const stream = streamInfo('cases', {
        schema: objectOf({ id: { type: 'string' }, Name: { type: 'string' }, name: { type: 'string' }, _run_id: { type: 'string' } }),
      })
      await run([page(stream, [{ id: '1', Name: 'upper', name: 'lower', _run_id: 'theirs' }])], [stream])
      expect(await place.select('cases', ['id', 'name', '_run_id'])).toEqual([['1', 'lower', 'run-1']])
    })

    it('writes more rows than it holds at once', async () => {
      const stream = streamInfo('insights__1', insightKey)
      const pages = Array.from({ length: 25 }, (_, index) =>
        page(
          stream,
          Array.from({ length: 1_000 }, (_unused, at) => row(day('2026-01-01'), at, `${index}-${at}`)),
        ),
      )
      const report = await run([...pages, ...pages], [stream])
      expect(report.rows).toEqual({ insights__1: 50_000 })
      expect(await place.select('insights', ['count(*)'])).toEqual([['25000']])
    })
  })
}

/** Databases print JSON with spaces of their own. */
const withoutSpaces = (rows: readonly (readonly (string | null)[])[]) =>
  rows.map((row) => row.map((value) => value?.replaceAll(' ', '') ?? null))
