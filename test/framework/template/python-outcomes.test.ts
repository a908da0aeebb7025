import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../framework/errors.ts'
import { compileSource, type Scope } from '../../../framework/template/compile/compiled.ts'
import { TemplateFailure } from '../../../framework/template/failure.ts'
import { compileTemplate } from '../../../framework/template/template.ts'
import outcomes from '../../fixtures/template/python-outcomes.json' with { type: 'json' }

/** Templates with the text that Python's Jinja rendered, or the class of the exception it raised. */
interface Outcome {
  readonly template: string
  readonly text?: string
  readonly fails?: string
}

/** Templates may change the scope, so that each gets its own. */
const scope = (): Scope => structuredClone(outcomes.scope)

/** A TypeError renders as the template's own text. */
function rendered(template: string): string {
  try {
    return compileSource(template, { dialect: 'airbyte' }).render(scope())
  } catch (thrown) {
    if (thrown instanceof TemplateFailure && thrown.kind === 'TypeError') return template
    throw thrown
  }
}

describe('the Airbyte dialect against Python', () => {
  const cases: readonly Outcome[] = outcomes.cases
  const texts = cases.filter(({ text }) => text !== undefined)
  const failures = cases.filter(({ fails }) => fails !== undefined)

  it('has cases of both kinds', () => {
    expect(texts.length).toBeGreaterThan(600)
    expect(failures.length).toBeGreaterThan(100)
  })

  it.each(texts)('renders $template', ({ template, text }) => {
    expect(rendered(template)).toBe(text)
  })

  it.each(failures)('refuses $template with $fails', ({ template, fails }) => {
    const evaluate = (): unknown => compileTemplate(template, { dialect: 'airbyte' }).evaluate(scope())
    expect(evaluate).toThrow(ConnectorError)
    if (fails === 'TemplateSyntaxError') expect(() => compileTemplate(template, { dialect: 'airbyte' })).toThrow(/in the template/)
  })
})
