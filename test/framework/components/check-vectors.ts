import { isDeepStrictEqual } from 'node:util'
import { createResponse } from '../../../framework/http/body.ts'
import type { HttpResponse } from '../../../framework/http/request.ts'
import { isNode } from '../../../framework/manifest/build.ts'
import { attributes, PyFloat, type Scope } from '../../../framework/template/template.ts'
import { toText } from '../../../framework/template/text.ts'
import { readVectors, throwsInReference, type Vector, waiverOf } from '../../vectors.ts'

export type Input = Readonly<Record<string, unknown>>

export interface Check {
  readonly file: string
  readonly component: string
  readonly run: (input: Input) => unknown
  /** How ours writes the recorded outcome. */
  readonly expected?: (recorded: unknown, input: Input) => unknown
  /** Vectors about components that are not the one checked. */
  readonly skip?: (input: Input) => boolean
}

/** Runs every vector of one kind; gives a line for each that differs, and for each waiver that is not needed. */
export async function differences({
  file,
  component,
  run,
  expected = (recorded) => recorded,
  skip = () => false,
}: Check): Promise<readonly string[]> {
  const lines: string[] = []
  for (const recorded of readVectors(file).filter((candidate) => candidate.component === component && !skip(candidate.input))) {
    const vector = throwsInReference(recorded) ? recorded : { ...recorded, expected: expected(recorded.expected, recorded.input) }
    const difference = await compare(vector, run)
    const waiver = waiverOf(file, vector.id)
    if (waiver === undefined && difference !== undefined) lines.push(`${vector.id}: ${difference}`)
    if (waiver !== undefined && difference === undefined) lines.push(`${vector.id}: passes; its waiver is not needed`)
  }
  return lines
}

async function compare(vector: Vector, run: Check['run']): Promise<string | undefined> {
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
