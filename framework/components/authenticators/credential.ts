import { AuthenticationError } from '../../errors.ts'
import type { BuildContext } from '../../manifest/definition/component.ts'
import type { BoundTemplate } from '../../manifest/definition/fields.ts'
import type { Dialect, Scope } from '../../template/template.ts'
import { valueText } from '../values/value-text.ts'

/**
 * The credential that a template yields, registered so that no output shows it. In our manifests an empty one throws
 * AuthenticationError ERR_CREDENTIAL_MISSING; the reference sends it.
 */
export function credential(template: BoundTemplate, scope: Scope, { dialect, services }: BuildContext): string {
  const value = text(template, scope, dialect)
  if (value !== '') services.http.secret(value)
  else if (dialect === 'native') {
    throw new AuthenticationError('ERR_CREDENTIAL_MISSING', `'${template.source}' yields no credential; check the config`)
  }
  return value
}

/** Nothing is an empty text in our manifests; Python's None is `None`. */
export function text(template: BoundTemplate, scope: Scope, dialect: Dialect): string {
  const value = template.evaluate(scope)
  return dialect === 'native' && (value === null || value === undefined) ? '' : valueText(value, dialect)
}
