import { RULES, type RuleName } from './rules.ts'

/** What is wrong with a post, told before any call is made. */
export interface Finding {
  /** Name in the table of rules. */
  readonly rule: RuleName
  /** An `error` is refused by the API; a `warning` is published, but differently from what was asked, or at a risk. */
  readonly severity: 'error' | 'warning'
  /** Where in the post, for example `children[2].image_url`; empty for the post as a whole. */
  readonly path: string
  /** The value that breaks the rule, never a secret: queries of URLs are left out. */
  readonly found: string
  /** What to do about it. */
  readonly fix: string
}

/** A finding by the name of its rule; severity and fix come from the table unless told otherwise. */
export function finding(rule: RuleName, at: { readonly path: string; readonly found: string; readonly fix?: string }): Finding {
  const { severity, fix } = RULES[rule]
  return { rule, severity, path: at.path, found: at.found, fix: at.fix ?? fix }
}

/** Whether anything in it keeps the post from being published. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error')
}

/** A URL for showing: signed addresses carry secrets in their query. */
export function shownUrl(url: string): string {
  const cut = url.search(/[?#]/)
  return (cut < 0 ? url : `${url.slice(0, cut)}?…`).replace(/\/\/[^/@]*@/, '//…@')
}
