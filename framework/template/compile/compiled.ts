import { ConfigError, ConnectorError, suggest } from '../../errors.ts'
import { TemplateFailure } from '../failure.ts'
import { globals } from '../filters/macros.ts'
import { textOf } from '../python/render.ts'
import type { Dialect, Environment } from '../python/values.ts'
import { TemplateSyntaxError } from '../syntax/lexer.ts'
import { parseTemplate } from '../syntax/parser.ts'
import type { Expression, Statement } from '../syntax/syntax.ts'
import { aliases, type CompileContext, type Evaluate, type Frame } from './compile-context.ts'
import { compileExpression } from './compile-expression.ts'
import { compileBlock, type Render } from './compile-statement.ts'
import { Names, unset } from './names.ts'

/** Names visible to a template; values are data and never parsed as templates again. */
export type Scope = Readonly<Record<string, unknown>>

/** Where and how a template is evaluated. */
export interface TemplateOptions {
  readonly dialect: Dialect
  /**
   * Root names that exist where this template is evaluated (besides the macros). Other names are compile-time errors in
   * the native dialect. Undefined: a name that the scope lacks is an error when the template is evaluated.
   */
  readonly roots?: readonly string[]
  /** Epoch milliseconds (the fraction carries microseconds) for `now_utc()` and friends. */
  readonly now?: () => number
  /** Gives what was made for a key, made once: of all who share it, the first one compiles a text. They share `now`, too. */
  readonly once?: (<T>(key: string, create: () => T) => T) | undefined
}

/** A parsed and compiled template, before a dialect says what its result is. */
export interface Compiled {
  readonly source: string
  /** Outside names that the template reads. */
  readonly roots: readonly string[]
  /** True when there is no `{{` or `{%` inside. */
  readonly constant: boolean
  /** The text of the whole template. */
  readonly render: (scope: Scope) => string
  /** The value of the only expression, where the template is one expression (besides `set` statements before it). */
  readonly value: ((scope: Scope) => unknown) | undefined
  /** Whether `value` may be a container that the template built itself, rather than data passed through. */
  readonly builds: boolean
}

/** Today's clock with its microseconds. */
const systemClock = (): number => performance.timeOrigin + performance.now()

/** @throws ConfigError ERR_TEMPLATE_SYNTAX */
export function compileSource(source: string, options: TemplateOptions): Compiled {
  const { once, dialect, roots } = options
  if (!once) return compileText(source, options)
  return once(`template ${dialect} ${roots?.join() ?? '*'} ${source}`, () => compileText(source, options))
}

function compileText(source: string, options: TemplateOptions): Compiled {
  try {
    return compileStatements(source, parseTemplate(source), options)
  } catch (thrown) {
    // Long chains without brackets exhaust the stack before the parser's own limits are reached.
    const isTooLong = thrown instanceof RangeError
    if (!(thrown instanceof TemplateSyntaxError) && !isTooLong) throw thrown
    const message = isTooLong ? 'too many operators or filters in a row' : thrown.message
    throw new ConfigError('ERR_TEMPLATE_SYNTAX', `${message} in ${quoted(source)}`, { cause: thrown })
  }
}

function compileStatements(source: string, statements: readonly Statement[], options: TemplateOptions): Compiled {
  const { dialect, now = systemClock } = options
  const roots = new Set<string>()
  const context: CompileContext = { dialect, names: new Names(), roots, expression: compileExpression, block: compileBlock }
  const lone = loneExpression(statements)
  const before = lone && lone.before.length > 0 ? compileBlock(lone.before, context) : undefined
  const expression = lone && compileExpression(lone.expression, context)
  const block: Render | undefined = lone ? undefined : compileBlock(statements, context)
  checkRoots(source, roots, options)
  const frameOf = frameFactory(context.names.count, { dialect, now })
  const value = expression && evaluator(expression, before, frameOf)
  const text = textOf(dialect)
  return {
    source,
    roots: [...roots],
    constant: !/\{[{%]/.test(source),
    render: value ? (scope) => text(value(scope)) : (scope) => block?.(frameOf(scope)) ?? '',
    value,
    builds: lone !== undefined && (lone.before.length > 0 || !isPath(lone.expression)),
  }
}

/** Templates of one expression, the commonest, run nothing else. */
function evaluator(expression: Evaluate, before: Render | undefined, frameOf: (scope: Scope) => Frame): (scope: Scope) => unknown {
  if (!before) return (scope) => expression(frameOf(scope))
  return (scope) => {
    const frame = frameOf(scope)
    before(frame)
    return expression(frame)
  }
}

function loneExpression(statements: readonly Statement[]): { before: Statement[]; expression: Expression } | undefined {
  const last = statements.at(-1)
  const before = statements.slice(0, -1)
  if (last?.type !== 'output' || !before.every(({ type }) => type === 'set')) return undefined
  return { before, expression: last.expression }
}

/** Names, attributes and items only: data passed through. */
function isPath(expression: Expression): boolean {
  if (expression.type === 'attribute' || expression.type === 'item') return isPath(expression.object)
  return expression.type === 'name'
}

const noLocals: unknown[] = []

/** Evaluations without variables share one empty list of them. */
function frameFactory(slots: number, environment: Environment): (scope: Scope) => Frame {
  if (slots === 0) return (scope) => ({ scope, environment, locals: noLocals, iterations: 0 })
  return (scope) => ({ scope, environment, locals: new Array(slots).fill(unset), iterations: 0 })
}

function checkRoots(source: string, roots: ReadonlySet<string>, { dialect, roots: known }: TemplateOptions): void {
  if (dialect !== 'native' || !known) return
  const visible = [...known, ...Object.keys(aliases).filter((alias) => known.includes(aliases[alias] ?? ''))]
  for (const root of roots) {
    if (visible.includes(root)) continue
    const hint = suggest(root, [...visible, ...globals.keys()])
    throw new ConfigError('ERR_TEMPLATE_SYNTAX', `unknown name '${root}' in ${quoted(source)}; ${hint}`)
  }
}

/** Throws a ValueError failure when the scope lacks a name; the alias of a name that is there counts as there. */
export function assertRoots(scope: Scope, roots: readonly string[]): void {
  for (const root of roots) {
    if (Object.hasOwn(scope, root)) continue
    const target = aliases[root]
    if (target !== undefined && Object.hasOwn(scope, target)) continue
    throw new TemplateFailure('ValueError', `unknown name '${root}'; ${suggest(root, [...Object.keys(scope), ...globals.keys()])}`)
  }
}

const shownLength = 300

/** The template for messages, shortened when it is long. */
export function quoted(source: string): string {
  return `the template ${JSON.stringify(source.length > shownLength ? `${source.slice(0, shownLength)}…` : source)}`
}

/** The failure with the template it happened in. Anything but a failure of the language passes unchanged. */
export function inTemplate(thrown: unknown, source: string): unknown {
  const name = quoted(source)
  if (thrown instanceof TemplateFailure) return new ConnectorError(thrown.code, `${thrown.message} in ${name}`, { cause: thrown })
  // The stack or the longest possible string is exhausted before one of our own limits is.
  if (thrown instanceof RangeError) return new ConnectorError('ERR_TEMPLATE_LIMIT', `${name} grows too large`, { cause: thrown })
  return thrown
}
