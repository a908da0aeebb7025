import { quoted } from '../../framework/index.ts'
import { streamColumn } from './names.ts'
import type { Column, TablePlan } from './table-plan.ts'

/** Names of tables as statements write them. */
export interface ReplaceTables {
  readonly table: string
  readonly stage: string
}

/** Statements of a replacement that every database takes. The only parameter of the first two is the owner, where there is one. */
export interface ReplaceTexts {
  /** Rows of the stream, as `count`. */
  readonly count: string
  /** Deletes rows of the stream: those whose key comes again stay, so that columns of the user's own keep their values. */
  readonly clear: string
  /** Of rows of the stream that repeat a key, as appended ones may, deletes all but the one written last; undefined without a key. */
  readonly repeated: string | undefined
  /** Rows that no stream owns, as `count`; undefined where the whole table belongs to the stream. */
  readonly unowned: string | undefined
  /** All columns of the destination, in order: of the data, then its own. */
  readonly names: readonly string[]
}

/** A condition that compares the keys of `fresh`, a row of the stage, and `was`, one of the table, with null equal to null. */
export type SameKey = (key: readonly Column[]) => string

export interface Replacing {
  readonly isOwned: boolean
  readonly sameKey: SameKey
  /** The column by which the database tells equal rows apart. */
  readonly rowId: string
}

export function replaceTexts(plan: TablePlan, { table, stage }: ReplaceTables, { isOwned, sameKey, rowId }: Replacing): ReplaceTexts {
  const owner = quoted(streamColumn)
  const own = isOwned ? [`was.${owner} = $1`] : []
  const key = plan.columns.filter((column) => column.key)
  const later = `(fresh._synced_at, fresh.${rowId}) > (was._synced_at, was.${rowId})`
  const repeats = [sameKey(key), later, ...(isOwned ? [`fresh.${owner} = $1`] : [])].join(' and ')
  const gone = key.length === 0 ? [] : [`not exists (select 1 from ${stage} as fresh where ${sameKey(key)})`]
  return {
    count: `select count(*) as count from ${table} as was${where(own)}`,
    clear: `delete from ${table} as was${where([...own, ...gone])}`,
    repeated:
      key.length === 0
        ? undefined
        : `delete from ${table} as was${where([...own, `exists (select 1 from ${table} as fresh where ${repeats})`])}`,
    unowned: isOwned ? `select count(*) as count from ${table} where ${owner} is null` : undefined,
    names: [...plan.columns.map(({ name }) => quoted(name)), '_extra', '_synced_at', '_run_id'],
  }
}

const where = (conditions: readonly string[]): string => (conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`)
