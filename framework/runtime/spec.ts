import { defined } from '../defined.ts'
import { openSpecDocument, type SpecSource, specOf } from '../manifest/document/document.ts'
import type { Specification } from '../protocol/messages.ts'

/** What the `spec` verb prints of a manifest. Reads the file only: no component is loaded or built. */
export function loadSpec(text: string, file: string): Specification {
  return specification(specOf(openSpecDocument({ text, file })))
}

export function specification({ connectionSpecification, documentationUrl, advancedAuth }: SpecSource): Specification {
  return {
    connectionSpecification,
    ...defined({ documentationUrl }),
    supportsNormalization: false,
    supportsDBT: false,
    ...defined({ advanced_auth: advancedAuth }),
  }
}
