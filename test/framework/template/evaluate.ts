import { compileCondition, compileTemplate, type Dialect, type Scope } from '../../../framework/template/template.ts'

/** 2024-03-15T12:34:56.789012Z */
export const now = (): number => 1_710_506_096_789.012

/** One evaluation in our dialect. */
export function native(source: string, scope: Scope = {}): unknown {
  return evaluate('native', source, scope)
}

/** One evaluation in the dialect of Airbyte's manifests. */
export function airbyte(source: string, scope: Scope = {}): unknown {
  return evaluate('airbyte', source, scope)
}

function evaluate(dialect: Dialect, source: string, scope: Scope): unknown {
  return compileTemplate(source, { dialect, now }).evaluate(scope)
}

export function condition(dialect: Dialect, source: string, scope: Scope = {}): boolean {
  return compileCondition(source, { dialect, now }).evaluate(scope)
}

/** The code and message of what `work` throws. */
export function failureOf(work: () => unknown): string {
  try {
    return `no failure but ${String(work())}`
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? `${thrown.code}: ${thrown.message}` : String(thrown)
  }
}
