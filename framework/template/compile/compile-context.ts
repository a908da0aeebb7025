import type { Dialect, Environment } from '../python/values.ts'
import type { Expression, Statement } from '../syntax/syntax.ts'
import type { Names } from './names.ts'

/** State of one evaluation. */
export interface Frame {
  readonly scope: Readonly<Record<string, unknown>>
  readonly environment: Environment
  readonly locals: unknown[]
  iterations: number
}

/** A compiled expression. */
export type Evaluate = (frame: Frame) => unknown

/** What the compilers of one template share. */
export interface CompileContext {
  readonly dialect: Dialect
  readonly names: Names
  /** Names that must come from the scope; filled while compiling. */
  readonly roots: Set<string>
  /** The compilers of parts, handed down so that the files of the compiler need not import each other. */
  readonly expression: (expression: Expression, context: CompileContext) => Evaluate
  readonly block: (body: readonly Statement[], context: CompileContext) => (frame: Frame) => string
}

/** Old names of the slice, which are not in the scope themselves. */
export const aliases: Readonly<Record<string, string>> = { stream_interval: 'stream_slice', stream_partition: 'stream_slice' }

/** The node of one type. */
export type ExpressionOf<T extends Expression['type']> = Extract<Expression, { readonly type: T }>

/** How the failing part is called in messages. */
export function describe(expression: Expression): string {
  switch (expression.type) {
    case 'name':
      return expression.name
    case 'attribute':
      return `${describe(expression.object)}.${expression.name}`
    case 'item':
      return `${describe(expression.object)}[${expression.key.type === 'constant' ? JSON.stringify(String(expression.key.value)) : '…'}]`
    case 'call':
      return `${describe(expression.callee)}(…)`
    default:
      return 'the value'
  }
}
