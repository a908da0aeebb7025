import { type Query, quoted } from '../../framework/index.ts'
import type { ColumnType } from '../tables/column-type.ts'
import { hashedName } from '../tables/names.ts'
import { TableRejection } from '../tables/rejections.ts'
import type { KeyShape } from '../tables/table-buffer.ts'
import type { Column, TablePlan } from '../tables/table-plan.ts'
import { attempt, type RejectedTable, sqlstate } from './rejection.ts'

/** A b-tree entry takes 2,704 bytes with its header. */
const maxEntryBytes = 2_500

/**
 * How rows are told apart. `plain`: the columns, where nulls differ from each other; `nulls`: the columns, null equals null;
 * `expressions`: the same for PostgreSQL before 15; `hashed`: hashes of the long types, for keys beyond a b-tree entry.
 */
type Form = 'plain' | 'nulls' | 'expressions' | 'hashed'

interface UniqueIndex {
  readonly name: string
  /** Of the constraint that the index belongs to. */
  readonly constraint: string | undefined
  /** Columns in the order of the index; those inside expressions are not among them. */
  readonly columns: readonly string[]
  readonly hasExpressions: boolean
  /** Columns that it is made of, expressions included, sorted. */
  readonly dependsOn: readonly string[]
  readonly nullsEqual: boolean
  /** The constraint is checked at once, as an upsert needs it. */
  readonly isImmediate: boolean
}

export interface KeyWork {
  readonly query: Query
  readonly table: RejectedTable
  /** The server knows `nulls not distinct`. */
  readonly nullsNotDistinct: boolean
  /** What the keys to come ask of the index. */
  readonly keys: KeyShape
  warn(code: string, message: string): void
}

/** The conflict target of an upsert: `on conflict (…)`. */
export interface KeyTarget {
  readonly text: string
  /** Keys of this shape are told apart by it. */
  readonly covers: { readonly nulls: boolean; readonly long: boolean }
}

const isLong = ({ bytes }: KeyShape): boolean => bytes > maxEntryBytes

/**
 * Finds the unique index that rows are upserted by, or makes one. Indexes of this destination that the key has outgrown are dropped
 * once the new one is there; those of others stay. Throws TableRejection when the rows of the table repeat the key.
 */
export async function ensureKey(plan: TablePlan, work: KeyWork): Promise<KeyTarget | undefined> {
  const key = plan.columns.filter((column) => column.key)
  const indexes = await uniqueIndexes(work)
  const own = indexes.filter((index) => isOurs(index, work.table.name))
  if (key.length === 0) {
    // Rows that are appended may repeat a key.
    await dropOutgrown(own, { ...work, mayStay: () => false })
    return undefined
  }
  const usable = indexes.flatMap((index) => targetOf(index, key, work) ?? []).find((target) => suits(target, work.keys))
  if (usable) {
    const other = own.filter((index) => !sameColumns(index, key))
    await dropOutgrown(other, { ...work, mayStay: () => false })
    return usable
  }
  const form = isLong(work.keys) ? 'hashed' : work.nullsNotDistinct ? 'nulls' : work.keys.nulls ? 'expressions' : 'plain'
  await create(key, form, { ...work, own })
  await dropOutgrown(own, { ...work, mayStay: (index) => form !== 'hashed' && sameColumns(index, key) })
  return targetOfForm(key, form, work)
}

export const suits = ({ covers }: KeyTarget, keys: KeyShape): boolean => (covers.nulls || !keys.nulls) && (covers.long || !isLong(keys))

const namesOf = (key: readonly Column[]): readonly string[] => key.map(({ name }) => name)

const sameColumns = ({ dependsOn }: UniqueIndex, key: readonly Column[]): boolean =>
  JSON.stringify(dependsOn) === JSON.stringify(namesOf(key).toSorted())

/** undefined for an index that cannot tell the rows apart by this key. */
function targetOf(index: UniqueIndex, key: readonly Column[], work: KeyWork): KeyTarget | undefined {
  if (!index.isImmediate || !sameColumns(index, key)) return undefined
  if (!index.hasExpressions) return { text: namesOf(key).map(quoted).join(', '), covers: { nulls: index.nullsEqual, long: false } }
  const form = (['hashed', 'expressions'] as const).find((known) => index.name === indexName(work.table.name, namesOf(key), known))
  return form && targetOfForm(key, form, work)
}

function targetOfForm(key: readonly Column[], form: Form, work: KeyWork): KeyTarget {
  const elements = key.flatMap((column) => elementsOf(column, form, work))
  return { text: elements.join(', '), covers: { nulls: form !== 'plain', long: form === 'hashed' } }
}

/** Values that stand for null in an index where nulls differ; whether it was one stands beside them. */
const substitutes: Readonly<Record<ColumnType, string>> = {
  text: `''`,
  bigint: '0',
  numeric: '0',
  double: '0',
  boolean: 'false',
  timestamptz: `timestamptz '1970-01-01 00:00:00+00'`,
  timestamp: `timestamp '1970-01-01 00:00:00'`,
  date: `date '1970-01-01'`,
  jsonb: `'null'::jsonb`,
}

function elementsOf({ name, type, narrowing }: Column, form: Form, { nullsNotDistinct }: KeyWork): readonly string[] {
  const column = quoted(name)
  const isText = type === 'text' || type === 'jsonb' || type === 'numeric'
  if (form === 'hashed' && isText) {
    // A cast of text to bytes reads escapes, and is the only one that an index may use.
    const hash = `sha256(replace(${type === 'text' && !narrowing ? column : `${column}::text`}, E'\\\\', E'\\\\\\\\')::bytea)`
    return [nullsNotDistinct ? hash : `coalesce(${hash}, ''::bytea)`]
  }
  if (nullsNotDistinct || form === 'plain') return [column]
  const substitute = narrowing?.cast === undefined ? `coalesce(${column}, ${substitutes[type]})` : `coalesce(${column}::text, '')`
  return [substitute, `(${column} is null)`]
}

/** The columns of a plain index stand in the order of the key, as in tables of earlier versions. */
function indexName(table: string, key: readonly string[], form: Form): string {
  const columns = (form === 'plain' ? key : key.toSorted()).map(quoted).join(', ')
  return hashedName(`${table}_key`, `${table} (${columns})${form === 'plain' ? '' : ` ${form}`}`)
}

function isOurs({ name, columns, dependsOn, constraint }: UniqueIndex, table: string): boolean {
  if (constraint !== undefined) return false
  return (['plain', 'nulls', 'expressions', 'hashed'] as const).some(
    (form) => name === indexName(table, form === 'plain' ? columns : dependsOn, form),
  )
}

interface Creation extends KeyWork {
  readonly own: readonly UniqueIndex[]
}

async function create(key: readonly Column[], form: Form, work: Creation): Promise<void> {
  const { query, table, nullsNotDistinct, own } = work
  const name = indexName(table.name, namesOf(key), form)
  const elements = targetOfForm(key, form, work).text
  const distinct = nullsNotDistinct && form !== 'plain' ? ' nulls not distinct' : ''
  const sql = `create unique index if not exists ${quoted(name)} on ${table.qualified} (${elements})${distinct}`
  const failure = await attempt(query, sql)
  if (!failure) return
  const was = own.find((index) => sameColumns(index, key))
  // Earlier versions inserted a row again whose key has a null.
  if (was && sqlstate(failure) === '23505') {
    await removeRepeated(key, work)
    const again = await attempt(query, sql)
    if (!again) return
  }
  throw cannotCreate(key, { failure, sql, was }, work)
}

/** Of rows that are equal in a key with a null the one written last stays, as an upsert would have left it. */
async function removeRepeated(key: readonly Column[], { query, table, warn }: KeyWork): Promise<void> {
  const columns = namesOf(key).map(quoted)
  const someNull = columns.map((column) => `${column} is null`).join(' or ')
  const { count } = await query(
    `delete from ${table.qualified} t using (
       select ctid, tableoid, row_number() over (partition by ${columns.join(', ')} order by _synced_at desc, ctid desc) as n
       from ${table.qualified} where ${someNull}) r
     where t.ctid = r.ctid and t.tableoid = r.tableoid and r.n > 1`,
  )
  if (count === 0) return
  const message = `${table.place}: ${count} rows repeated a key with a null and were removed; of each key the row written last is left`
  warn('ERR_OUTPUT_KEY', message)
}

function cannotCreate(
  key: readonly Column[],
  { failure, sql, was }: { readonly failure: Error; readonly sql: string; readonly was: UniqueIndex | undefined },
  { table }: KeyWork,
): TableRejection {
  const columns = namesOf(key).map(quoted)
  const list = namesOf(key).join(', ')
  if (sqlstate(failure) !== '23505') {
    const message = `${table.place} gets no unique index on the key (${list}): ${failure.message}. Run as its owner: ${sql};`
    return new TableRejection(table.name, 'ERR_OUTPUT_KEY', message, failure)
  }
  const equal = columns.map((column) => `a.${column} is not distinct from b.${column}`).join(' and ')
  const remove = `delete from ${table.qualified} a using ${table.qualified} b where ${equal} and (a._synced_at, a.ctid) < (b._synced_at, b.ctid);`
  const reason = was ? 'rows of the table repeat the key' : 'the key of the stream changed, and rows of the table repeat the new one'
  const message = `${table.place} cannot be written by the key (${list}): ${reason}. To keep the last of each, run: ${remove} Or choose another table or schema (?schema=…).`
  return new TableRejection(table.name, 'ERR_OUTPUT_KEY', message, failure)
}

interface Dropping extends KeyWork {
  /** The index rejects no row that the new one takes. */
  readonly mayStay: (index: UniqueIndex) => boolean
}

/** An index that something else depends on (a foreign key) cannot be dropped. */
async function dropOutgrown(indexes: readonly UniqueIndex[], { query, table, mayStay }: Dropping): Promise<void> {
  const schema = table.qualified.slice(0, table.qualified.length - quoted(table.name).length)
  for (const index of indexes) {
    const { name } = index
    const failure = await attempt(query, `drop index ${schema}${quoted(name)}`)
    if (!failure || mayStay(index)) continue
    const message = `${table.place} still has the unique index ${name} of an earlier key, which cannot be dropped (${failure.message}). Drop what depends on it, then run: drop index ${schema}${quoted(name)};`
    throw new TableRejection(table.name, 'ERR_OUTPUT_KEY', message, failure)
  }
}

async function uniqueIndexes({ query, table }: KeyWork): Promise<readonly UniqueIndex[]> {
  const { rows } = await query(
    `select i.relname as name, x.indexprs is not null as has_expressions, x.indimmediate as is_immediate,
       (select c.conname from pg_constraint c where c.conindid = x.indexrelid and c.contype in ('p', 'u', 'x') limit 1) as constraint_name,
       coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false) as nulls_equal,
       (select coalesce(bool_and(a.attnotnull), false) from pg_attribute a where a.attrelid = x.indrelid and a.attnum = any (x.indkey::int2[])) as not_null,
       (select coalesce(array_agg(a.attname::text order by k.n), '{}') from unnest(x.indkey::int2[]) with ordinality k(attnum, n)
          join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum where k.n <= x.indnkeyatts) as columns,
       (select coalesce(array_agg(distinct a.attname::text), '{}') from pg_depend d join pg_attribute a on a.attrelid = x.indrelid and a.attnum = d.refobjsubid
          where d.classid = 'pg_class'::regclass and d.objid = x.indexrelid and d.refclassid = 'pg_class'::regclass and d.refobjid = x.indrelid
            and d.refobjsubid > 0) as used
     from pg_index x join pg_class i on i.oid = x.indexrelid
     where x.indrelid = to_regclass($1) and x.indisunique and x.indisvalid and x.indpred is null`,
    [table.qualified],
  )
  return rows.map((row) => {
    const columns = texts(row['columns'])
    const hasExpressions = row['has_expressions'] === true
    return {
      name: String(row['name']),
      constraint: row['constraint_name'] === null ? undefined : String(row['constraint_name']),
      columns,
      hasExpressions,
      dependsOn: (hasExpressions ? texts(row['used']) : columns).toSorted(),
      nullsEqual: row['nulls_equal'] === true || row['not_null'] === true,
      isImmediate: row['is_immediate'] === true,
    }
  })
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
