import { ConfigError } from '../../errors.ts'
import type { Position } from '../definition/component.ts'

/** An error of the text itself: `file.yaml:12:5: message`. */
export function syntaxError(message: string, place: Position, cause?: unknown): ConfigError {
  const at = `${place.file}:${place.line}:${place.column}`
  return new ConfigError('ERR_MANIFEST_SYNTAX', `${at}: ${message}`, { cause, context: { manifest_path: at } })
}
