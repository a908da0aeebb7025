import { isDeepStrictEqual } from 'node:util'
import type { HttpResponse } from '../../../framework/http/request.ts'
import { createResponse } from '../../../framework/http/transport/body.ts'
import { isNode } from '../../../framework/manifest/definition/build.ts'
import { toText } from '../../../framework/template/python/text.ts'
import { attributes, PyFloat, type Scope } from '../../../framework/template/template.ts'
import { readVectors, throwsInReference, type Vector, waiverOf } from '../../vectors.ts'

export type Input = Readonly<Record<string, unknown>>

interface VectorKind {
  readonly file: string
  /** `*`: every component of the file. */
  readonly component: string
  /** Vectors about what has no counterpart here. */
  readonly skip?: (input: Input) => boolean
}

/** Runs an input; what comes out is compared with the recording. */
interface RunCheck extends VectorKind {
  readonly run: (input: Input) => unknown
  /** How ours writes the recorded outcome. */
  readonly expected?: (recorded: unknown, input: Input) => unknown
}

/** Compares by itself: what differs, or undefined. */
interface JudgeCheck extends VectorKind {
  readonly judge: (vector: Vector) => string | undefined | Promise<string | undefined>
}

export type Check = RunCheck | JudgeCheck

/** How a vector fared. */
export interface VectorOutcome {
  readonly id: string
  /** What differs from the recording; undefined when nothing does. */
  readonly difference: string | undefined
  /** Why it is not held to. */
  readonly waiver: string | undefined
}

/** Runs every vector of one kind. */
export async function outcomes(check: Check): Promise<readonly VectorOutcome[]> {
  const judge = 'judge' in check ? check.judge : (vector: Vector) => judgeRun(vector, check)
  const results: VectorOutcome[] = []
  for (const vector of vectorsOf(check)) {
    results.push({ id: vector.id, difference: await judge(vector), waiver: waiverOf(check.file, vector.id) })
  }
  return results
}

function judgeRun(recorded: Vector, { run, expected = (outcome) => outcome }: RunCheck): Promise<string | undefined> {
  const vector = throwsInReference(recorded) ? recorded : { ...recorded, expected: expected(recorded.expected, recorded.input) }
  return compare(vector, run)
}

export function vectorsOf({ file, component, skip = () => false }: Check): readonly Vector[] {
  return readVectors(file).filter((candidate) => (component === '*' || candidate.component === component) && !skip(candidate.input))
}

/** A line for each vector that differs, and for each waiver that is not needed. */
export async function differences(check: Check): Promise<readonly string[]> {
  return (await outcomes(check)).flatMap(({ id, difference, waiver }) => {
    if (waiver === undefined) return difference === undefined ? [] : [`${id}: ${difference}`]
    return difference === undefined ? [`${id}: passes; its waiver is not needed`] : []
  })
}

async function compare(vector: Vector, run: RunCheck['run']): Promise<string | undefined> {
  const mustThrow = throwsInReference(vector)
  try {
    const actual = plain(await run(vector.input))
    if (mustThrow) return `expected an error, got ${text(actual)}`
    const expected = plain(vector.expected)
    return isDeepStrictEqual(actual, expected) ? undefined : `expected ${text(expected)}, got ${text(actual)}`
  } catch (thrown) {
    return mustThrow ? undefined : `expected ${text(vector.expected)}, threw ${thrown}`
  }
}

function text(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 400) ?? 'undefined'
}

/** JSON values without the differences that JSON does not know: floats that are integral, undefined fields. */
function plain(value: unknown): unknown {
  if (value === undefined) return null
  if (value instanceof PyFloat) return value.value
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plain)
  if (!isNode(value)) return value
  if ('$pyfloat' in value) return Number(value['$pyfloat'])
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]))
}

/** Fields of a recorded component without those that are null: the reference writes them for absent ones. */
export function present(fields: Input): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))
}

export function recordOf(value: unknown): Input {
  return isNode(value) ? value : {}
}

/** What templates see of a recorded slice. */
export function sliceScopeOf(slice: unknown): Scope {
  const recorded = recordOf(recordOf(slice)['$slice'])
  const parts = recorded['partition'] === undefined ? undefined : recorded
  const seen = parts ? { ...recordOf(parts['partition']), ...recordOf(parts['cursor_slice']), [attributes]: parts } : recordOf(slice)
  return { stream_slice: seen, stream_partition: seen, stream_interval: seen }
}

/** A recorded response. Its body is what its JSON, text or bytes say. */
export function responseOf(input: unknown): HttpResponse {
  const response = recordOf(recordOf(input)['$response'] ?? input)
  const headers = Object.entries(recordOf(response['headers'])).map(([name, value]) => [name.toLowerCase(), String(value)])
  return createResponse(
    {
      status: typeof response['status'] === 'number' ? response['status'] : 200,
      headers: Object.fromEntries(headers),
      url: 'https://api.example.com/',
      body: bodyOf(response),
    },
    (body) => body,
  )
}

function bodyOf({ json, text: body, b64 }: Input): Uint8Array {
  if (typeof b64 === 'string') return Buffer.from(b64, 'base64')
  return Buffer.from(json === undefined ? String(body ?? '') : JSON.stringify(json))
}

/** Numbers and the like as the text that goes over the wire, in Python's forms; the reference converts later than ours. */
export function wireText(recorded: unknown): unknown {
  const entries = Object.entries(recordOf(recorded))
  return Object.fromEntries(entries.map(([key, value]) => [key, Array.isArray(value) ? value.map(toText) : toText(value)]))
}
