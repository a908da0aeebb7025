import type { InputDiagnostic } from '../../package-parts.ts'
import { RULES, type RuleName } from './rules.ts'

/** A rule of the table that a post breaks. The value found is without the queries of URLs. */
export interface Diagnostic extends InputDiagnostic {
  readonly rule: RuleName
}

/** A diagnostic by the name of its rule; severity and fix come from the table unless given here. */
export function diagnose(rule: RuleName, at: { readonly path: string; readonly found: string; readonly fix?: string }): Diagnostic {
  const { severity, fix } = RULES[rule]
  return { rule, severity, path: at.path, found: at.found, fix: at.fix ?? fix }
}

/** Whether anything in it keeps the post from being published. */
export function hasErrors(findings: readonly Diagnostic[]): boolean {
  return findings.some(({ severity }) => severity === 'error')
}

/** A URL for showing: signed addresses carry secrets in their query. */
export function shownUrl(url: string): string {
  const cut = url.search(/[?#]/)
  return (cut < 0 ? url : `${url.slice(0, cut)}?…`).replace(/\/\/[^/@]*@/, '//…@')
}
