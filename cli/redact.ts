import { createRedactor } from '../framework/http/redaction/redaction.ts'

/** Secrets of this process: whatever becomes known anywhere is masked in every output from then on. */
export const redactor = createRedactor()
