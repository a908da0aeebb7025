/** The syntax tree of a template, after Jinja's grammar. Plain data; no positions (the manifest knows file and line). */
import type { BinaryOperator } from '../python/arithmetic.ts'
import type { ComparisonOperator } from '../python/compare.ts'

/** What yields a value. */
export type Expression =
  | { readonly type: 'constant'; readonly value: unknown }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly type: 'item'; readonly object: Expression; readonly key: Expression }
  | {
      readonly type: 'slice'
      readonly object: Expression
      readonly start?: Expression
      readonly stop?: Expression
      readonly step?: Expression
    }
  | { readonly type: 'call'; readonly callee: Expression; readonly args: CallArguments }
  | { readonly type: 'filter' | 'test'; readonly name: string; readonly operand: Expression; readonly args: CallArguments }
  | { readonly type: 'unary'; readonly operator: '-' | '+'; readonly operand: Expression }
  | { readonly type: 'not'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'concat'; readonly parts: readonly Expression[] }
  | { readonly type: 'compare'; readonly first: Expression; readonly rest: readonly Comparison[] }
  | { readonly type: 'conditional'; readonly test: Expression; readonly yes: Expression; readonly otherwise?: Expression }
  /** What a `{% filter %}` or `{% set %}` block rendered; stands as operand of its filters. */
  | { readonly type: 'block'; readonly body: readonly Statement[] }

/** One link of a chain. */
export interface Comparison {
  readonly operator: ComparisonOperator
  readonly operand: Expression
}

/** Arguments as written. */
export interface CallArguments {
  readonly positional: readonly Expression[]
  readonly named: readonly (readonly [string, Expression])[]
  /** `*expression` */
  readonly spread?: Expression
  /** `**expression` */
  readonly namedSpread?: Expression
}

/** What a loop or a set statement assigns to. */
export type Target =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'tuple'; readonly items: readonly Target[] }
  /** `namespace.name` in a set statement. */
  | { readonly type: 'namespace'; readonly namespace: string; readonly name: string }

/** What yields text. */
export type Statement =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'output'; readonly expression: Expression }
  | { readonly type: 'if'; readonly branches: readonly Branch[]; readonly otherwise: readonly Statement[] }
  | {
      readonly type: 'for'
      readonly target: Target
      readonly iterable: Expression
      readonly condition?: Expression
      readonly body: readonly Statement[]
      readonly otherwise: readonly Statement[]
    }
  | { readonly type: 'set'; readonly target: Target; readonly value: Expression }
  | { readonly type: 'with'; readonly assignments: readonly (readonly [Target, Expression])[]; readonly body: readonly Statement[] }

/** `if` or `elif` with its body. */
export interface Branch {
  readonly test: Expression
  readonly body: readonly Statement[]
}
