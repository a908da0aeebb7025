import { ConnectorError, type Query, quoted } from '../../framework/index.ts'
import { TableRejection } from '../tables/rejections.ts'

/** What a rejection is told about its table. */
export interface RejectedTable {
  /** Name of the table, as its plan has it. */
  readonly name: string
  /** Quoted, with its schema. */
  readonly qualified: string
  /** Where a person finds it. */
  readonly place: string
}

/** Fields of an error of PostgreSQL (https://www.postgresql.org/docs/current/protocol-error-fields.html). */
interface ServerError {
  readonly code: string
  readonly message: string
  readonly detail: string
  readonly column: string
  readonly constraint: string
}

/**
 * Classes of SQLSTATE that concern the table of the statement and not the database or the connection: data, constraints, transactions
 * that a trigger ended, missing rights and objects, limits of rows and indexes, functions that raise.
 */
const ofTheTable = /^(0A|09|21|22|23|27|2B|2F|38|39|42|44|54|55006|P0)/

/** The error as a rejection of the table; errors of the database or the connection pass as they are. */
export function rejectionOf(thrown: unknown, table: RejectedTable): unknown {
  const error = serverError(thrown)
  if (!error || !ofTheTable.test(error.code)) return thrown
  const { message, detail, code } = error
  const reason = `${message}${detail === '' ? '' : `; ${detail}`} (SQLSTATE ${code})`
  return new TableRejection(table.name, 'ERR_OUTPUT_TABLE', `${table.place} rejected rows: ${reason}. ${adviceOf(error, table)}`, thrown)
}

/**
 * Runs a statement that may fail for reasons of its table; the transaction is then as before. Gives the error; every other failure is
 * thrown.
 */
export async function attempt(query: Query, text: string): Promise<Error | undefined> {
  await query('savepoint attempt')
  try {
    await query(text)
    await query('release savepoint attempt')
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Error) || !ofTheTable.test(sqlstate(thrown))) throw thrown
    await query('rollback to savepoint attempt')
    return thrown
  }
}

/** SQLSTATE of an error of the server; '' for every other error. */
export const sqlstate = (thrown: unknown): string => serverError(thrown)?.code ?? ''

function serverError(thrown: unknown): ServerError | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string' || !/^[0-9A-Z]{5}$/.test(thrown.code)) {
    return undefined
  }
  const field = (name: string): string => {
    const value: unknown = Reflect.get(thrown, name)
    return typeof value === 'string' ? value : ''
  }
  return {
    code: thrown.code,
    message: thrown.message,
    detail: field('detail'),
    column: field('column'),
    constraint: field('constraint'),
  }
}

const advice = 'Change what rejects them (a trigger, a type, a constraint, a partition), or choose another table or schema (?schema=…).'

function adviceOf({ code, column, constraint }: ServerError, { qualified }: RejectedTable): string {
  const alter = `alter table ${qualified}`
  switch (code) {
    case '23505':
      return `The unique constraint or index ${quoted(constraint)} is not the connector's. If rows may repeat it, run \`${alter} drop constraint ${quoted(constraint)}\` (or \`drop index\`); else choose another table or schema (?schema=…).`
    case '23502':
      return `Give the column a default or run \`${alter} alter column ${quoted(column)} drop not null\`.`
    case '23503':
    case '23514':
    case '23P01':
      if (constraint === '') return advice
      return `Run \`${alter} drop constraint ${quoted(constraint)}\` if such rows are right; else choose another table or schema (?schema=…).`
    case '42501':
      return `Run \`grant select, insert, update on ${qualified} to …\` for the user of the URL, or add a policy that lets it write.`
    case '54000':
      return 'A row or a key is larger than PostgreSQL allows. Drop indexes on long columns or choose another schema (?schema=…).'
    default:
      return advice
  }
}

export function countDiffers({ name, place }: RejectedTable, count: number, rows: number): TableRejection {
  const message = `${place} took ${count} of ${rows} rows (a trigger or a policy?); the batch was rolled back`
  return new TableRejection(name, 'ERR_OUTPUT_COUNT', message)
}

/** What the server said, where it is the cause of an error of ours. */
export const causeOf = (thrown: unknown): unknown => (thrown instanceof ConnectorError ? thrown.cause : thrown)

export const sqlstateOf = (thrown: unknown): string => sqlstate(causeOf(thrown))

/** Runs the work on one table; what the table refuses is a rejection of it. */
export async function rejectingRows<T>(table: RejectedTable, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw rejectionOf(thrown, table)
  }
}
