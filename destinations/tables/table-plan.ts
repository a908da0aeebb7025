import { ConfigError, defined, type StreamInfo } from '../../framework/index.ts'
import { type ColumnType, columnTypeOf, propertiesOf, widens } from './column-type.ts'
import { columnNames, streamColumn, tableName } from './names.ts'

/** A column that takes less than all values of its type. */
export interface Narrowing {
  /** Whether the column takes an encoded value as it is. */
  readonly fits: (text: string) => boolean
  /** Type that the database must be told, where it does not convert by itself. */
  readonly cast?: string
  /** The form in which equal values are equal texts, where that is not the encoded one. */
  readonly normal?: (text: string) => string
}

export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** Where in a row its value stands; empty for the column that has the name of the stream. */
  readonly path: readonly string[]
  /** Part of the key that rows are upserted by. */
  readonly key: boolean
  /** Set where the table that exists is narrower than `type`. */
  readonly narrowing?: Narrowing
  /** The type of a narrower column, as its database writes it. */
  readonly sqlType?: string
}

/** A table as the schema and the key of its streams want it. Beside these columns stand `_extra`, `_synced_at` and `_run_id`. */
export interface TablePlan {
  readonly name: string
  readonly columns: readonly Column[]
  /** Fields of the streams that the table has no column for; their values go to `_extra`. */
  readonly without?: ReadonlySet<string>
  /** Bytes that one row may take, where a row of these columns could take more. */
  readonly rowBytes?: number
  /** Its streams replace their rows: those of before need not fit the key. */
  readonly isReplaced?: true
}

/** `shared`: streams of one kind in one table; `per_stream`: a table for each stream. */
export type TableLayout = 'shared' | 'per_stream'

/** `reserved`: names that the database has for itself, in lower case. */
export function planTable(stream: StreamInfo, layout: TableLayout, reserved: ReadonlySet<string> = new Set()): TablePlan {
  const { name, kind, accountId, schema, primaryKey, write } = stream
  const properties = new Map([...propertiesOf(schema)].filter(([, property]) => !isAlwaysNull(property)))
  const paths = [...[...properties.keys()].map((field) => [field]), ...primaryKey.filter((path) => !isField(path, properties))]
  const names = columnNames(paths.map(labelOf), reserved)
  const keys = new Set(write?.mode === 'append' ? [] : primaryKey.map(labelOf))
  const columns = paths.map((path) => {
    const label = labelOf(path)
    const type = properties.has(label) && path.length === 1 ? columnTypeOf(properties.get(label)) : 'text'
    return { name: names.get(label) ?? label, type, path, key: keys.has(label) }
  })
  const isShared = layout === 'shared' && accountId !== undefined
  const owner: Column = { name: streamColumn, type: 'text', path: [], key: false }
  const replaced = write?.mode === 'replace' ? { isReplaced: true as const } : {}
  return { name: tableName(layout === 'shared' ? kind : name), columns: isShared ? [...columns, owner] : columns, ...replaced }
}

/** True when rows of several streams are in the table, and each says which one it is of. */
export const isOwned = ({ columns }: TablePlan): boolean => columns.some(({ path }) => path.length === 0)

export const keyOf = ({ columns }: TablePlan): readonly string[] => columns.filter(({ key }) => key).map(({ name }) => name)

/** Such a field has no column before its first value says of which type. */
const isAlwaysNull = (property: unknown): boolean =>
  typeof property === 'object' && property !== null && 'type' in property && [property.type].flat().every((type) => type === 'null')

const isField = ([field, ...rest]: readonly string[], properties: ReadonlyMap<string, unknown>): boolean =>
  rest.length === 0 && properties.has(field ?? '')

const labelOf = (path: readonly string[]): string => path.join('.')

/**
 * The plan for streams of both plans: the columns of either, the wider type where both have one. Throws ConfigError ERR_OUTPUT_TABLE when
 * their rows have different keys: a table has one.
 */
export function mergePlans(first: TablePlan, second: TablePlan): TablePlan {
  if (keyText(first) !== keyText(second)) throw keysDiffer(first, second)
  const own = new Map(first.columns.map((column) => [column.name, column]))
  for (const column of second.columns) {
    const known = own.get(column.name)
    if (!known) own.set(column.name, { ...column, key: false })
    else if (!known.key && widens(known.type, column.type)) own.set(column.name, { ...known, type: column.type })
  }
  const replaced = first.isReplaced && second.isReplaced ? { isReplaced: true as const } : {}
  return { name: first.name, columns: [...own.values()], ...replaced, ...defined({ without: first.without }) }
}

const keyText = (plan: TablePlan): string => keyOf(plan).toSorted().join(', ') || 'none'

function keysDiffer(first: TablePlan, second: TablePlan): ConfigError {
  const message = `streams that share the table ${first.name} have different keys (${keyText(first)}; ${keyText(second)}). Give them the same primary_key and destination_sync_mode, or a table each with --tables per_stream.`
  return new ConfigError('ERR_OUTPUT_TABLE', message)
}
