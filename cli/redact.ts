import type { SecretContext } from '../compose/storage-url.ts'
import { createRedactor } from '../framework/http/redaction/redaction.ts'
import type { Io } from './command.ts'

/** Secrets of this process: whatever becomes known anywhere is masked in every output from then on. */
export const redactor = createRedactor()

/** What storage URLs of a command are read with; warnings go to stderr. */
export const secretContextOf = ({ env, stderr }: Pick<Io, 'env' | 'stderr'>): SecretContext => ({
  env,
  redactor,
  report: { log: (level, message) => void stderr.write(`${level === 'warn' ? 'warning' : level}: ${message}\n`) },
})
