import { createContext, Script } from 'node:vm'
import { limitExceeded, TemplateFailure } from '../failure.ts'
import { translatePattern } from './regex-syntax.ts'

/**
 * Python's `re` on JavaScript's engine: patterns are translated, and matching is bounded. A pattern may have 1,000
 * characters, a subject 1,000,000; where the pattern's shape allows much backtracking, matching runs under a watchdog
 * and stops after 250 ms with `ERR_TEMPLATE_LIMIT`.
 */

const maxPattern = 1000
const maxSubject = 1_000_000
const maxMilliseconds = 250
/** Steps that may run without the watchdog, which costs some 50 µs. */
const freeSteps = 10_000_000

/** A translated pattern and how risky it is. */
export interface PythonRegex {
  readonly pattern: RegExp
  /** Unbounded quantifiers; infinite when they nest or when there are back references. */
  readonly degree: number
}

const cache = new Map<string, PythonRegex>()
const cacheLimit = 500

/** Compiles each pattern once. A ValueError failure for what is not a regular expression, or none that JavaScript has. */
export function compileRegex(source: string): PythonRegex {
  const known = cache.get(source)
  if (known) return known
  if (source.length > maxPattern) throw limitExceeded(`a regular expression may not be longer than ${maxPattern} characters`)
  const { body, flags } = translatePattern(source)
  const compiled = { pattern: construct(body, flags, source), degree: degreeOf(body) }
  if (cache.size >= cacheLimit) cache.clear()
  cache.set(source, compiled)
  return compiled
}

function construct(body: string, flags: string, source: string): RegExp {
  try {
    return new RegExp(body, `u${flags}`)
  } catch (thrown) {
    throw new TemplateFailure(
      'ValueError',
      `invalid regular expression '${source}': ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    )
  }
}

/** A rough measure of how matching may blow up: the power of the subject's length. */
function degreeOf(body: string): number {
  const plain = body.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x')
  if (/\\[1-9k]/.test(body) || hasNestedQuantifier(plain)) return Number.POSITIVE_INFINITY
  return (plain.match(/[*+]|\{\d+,\}/g) ?? []).length
}

function hasNestedQuantifier(plain: string): boolean {
  const open: boolean[] = []
  for (let index = 0; index < plain.length; index++) {
    const character = plain[index]
    if (character === '(') open.push(false)
    else if (character === '*' || character === '+' || /^\{\d+,\d*\}/.test(plain.slice(index))) open.fill(true)
    else if (character === ')' && open.pop() && /^[*+{]/.test(plain.slice(index + 1))) return true
    else if (character === '|') open.fill(true)
  }
  return false
}

let watched: { context: object; script: Script } | undefined
const holder: { work: () => unknown } = { work: () => undefined }

/** Runs `work`, which matches `subject`, under the limits above. */
export function withinLimits<T>({ degree }: PythonRegex, subject: string, work: () => T): T {
  if (subject.length > maxSubject) throw limitExceeded(`a regular expression may not search more than ${maxSubject} characters`)
  if (subject.length ** (degree + 1) <= freeSteps) return work()
  watched ??= { context: createContext(holder), script: new Script('work()') }
  holder.work = work
  try {
    return watched.script.runInContext(watched.context, { timeout: maxMilliseconds }) as T
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      throw limitExceeded(`a regular expression took more than ${maxMilliseconds} ms`)
    }
    throw thrown
  }
}
