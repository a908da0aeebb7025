import type { Query } from '../../framework/index.ts'

/** A column as the catalog of PostgreSQL describes it. */
export interface ColumnFacts {
  readonly name: string
  /** The type with its modifier, as SQL writes it: `character varying(20)`. */
  readonly sqlType: string
  /** `pg_type.typname` of the type; of what a domain stands for, when the domain checks nothing; undefined when it does. */
  readonly typeName: string | undefined
  /** `atttypmod`; -1 without one. */
  readonly modifier: number
  /** Values of an enum. */
  readonly labels: readonly string[] | undefined
  readonly isDomain: boolean
  /** A row may leave the column out: it has a default, an identity or is generated, or may be null. */
  readonly isOptional: boolean
  /** `a`: an identity that takes no value of ours; `d`: one that does; '' for others. */
  readonly identity: string
  readonly isGenerated: boolean
}

export interface TableFacts {
  /** `pg_class.relkind`: `r` table, `p` partitioned table, others do not take rows by key. */
  readonly kind: string
  readonly columns: ReadonlyMap<string, ColumnFacts>
  /** Columns that the table ever had; dropped ones count toward the limit too. */
  readonly columnsEver: number
  /** A trigger sees each row before it is inserted, and may fill in what is missing. */
  readonly hasInsertTrigger: boolean
}

/** undefined when there is no relation of the name. `table` is quoted, with its schema. */
export async function readTableFacts(table: string, query: Query): Promise<TableFacts | undefined> {
  const { rows } = await query(
    `select c.relkind::text as kind, c.relnatts as columns_ever,
       exists (select 1 from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgtype & 7 = 7) as has_insert_trigger
     from pg_class c where c.oid = to_regclass($1)`,
    [table],
  )
  const [found] = rows
  if (!found) return undefined
  return {
    kind: String(found['kind']),
    columns: await readColumns(table, query),
    columnsEver: Number(found['columns_ever']),
    hasInsertTrigger: found['has_insert_trigger'] === true,
  }
}

async function readColumns(table: string, query: Query): Promise<ReadonlyMap<string, ColumnFacts>> {
  const { rows } = await query(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as sql_type, t.typtype = 'd' as is_domain,
       case when t.typtype <> 'd' then t.typname
            when not t.typnotnull and b.typtype <> 'd' and not exists (select 1 from pg_constraint where contypid = t.oid) then b.typname
       end as type_name,
       case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as modifier,
       case when t.typtype = 'e' then (select array_agg(enumlabel::text) from pg_enum where enumtypid = t.oid) end as labels,
       not a.attnotnull or a.atthasdef or a.attidentity <> '' or a.attgenerated <> '' as is_optional,
       a.attidentity::text as identity, a.attgenerated <> '' as is_generated
     from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_type b on b.oid = t.typbasetype
     where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
     order by a.attnum`,
    [table],
  )
  return new Map(rows.map((row) => [String(row['name']), columnFacts(row)]))
}

function columnFacts(row: Readonly<Record<string, unknown>>): ColumnFacts {
  const { labels } = row
  return {
    name: String(row['name']),
    sqlType: String(row['sql_type']),
    typeName: row['type_name'] === null ? undefined : String(row['type_name']),
    modifier: Number(row['modifier']),
    labels: Array.isArray(labels) ? labels.map(String) : undefined,
    isDomain: row['is_domain'] === true,
    isOptional: row['is_optional'] === true,
    identity: String(row['identity']),
    isGenerated: row['is_generated'] === true,
  }
}
