import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HttpResponse } from '../request.ts'
import { createResponse, type ResponseParts } from '../transport/body.ts'

export interface StoreLimits {
  /** Bytes of bodies in memory; what comes after them goes to a file. */
  readonly memoryBytes: number
  readonly fileBytes: number
  readonly responses: number
}

export const STORE_LIMITS: StoreLimits = { memoryBytes: 8 * 1024 * 1024, fileBytes: 256 * 1024 * 1024, responses: 20_000 }

type Kept = Omit<ResponseParts, 'body' | 'pieces'> & ({ readonly body: Uint8Array } | { readonly at: number; readonly length: number })

/** Responses of one run by key, within limits: what no longer fits is not kept. */
export interface ResponseStore {
  get(key: string): HttpResponse | undefined
  /** Throws what the file system throws. */
  keep(key: string, response: HttpResponse): void
  /** Forgets everything and removes the file. */
  close(): void
}

/** The file has no name in any folder while it is open, so that nothing of it is left when the process is killed. */
export function createResponseStore(redact: (text: string) => string, limits: StoreLimits = STORE_LIMITS): ResponseStore {
  const kept = new Map<string, Kept>()
  let inMemory = 0
  const file = createSpill(limits.fileBytes)
  const place = (body: Uint8Array) => {
    if (inMemory + body.length > limits.memoryBytes) return file.append(body)
    inMemory += body.length
    // A copy: the body may be a small part of a large buffer.
    return { body: Uint8Array.from(body) }
  }
  return {
    get: (key) => {
      const found = kept.get(key)
      if (!found) return undefined
      const { status, headers, url } = found
      const body = 'body' in found ? found.body : file.read(found.at, found.length)
      return createResponse({ status, headers, url, body }, redact)
    },
    keep: (key, { status, headers, url, body }) => {
      if (kept.has(key) || kept.size >= limits.responses) return
      const where = place(body)
      if (where) kept.set(key, { status, headers, url, ...where })
    },
    close: () => {
      kept.clear()
      inMemory = 0
      file.close()
    },
  }
}

/** Made when it is first needed. Read and written at once: pages are small, and a half-written one must not be read. */
function createSpill(limit: number) {
  let open: { readonly descriptor: number; readonly path: string } | undefined
  let size = 0
  return {
    append: (body: Uint8Array): { readonly at: number; readonly length: number } | undefined => {
      if (size + body.length > limit) return undefined
      open ??= openUnnamed()
      for (let written = 0; written < body.length; ) {
        written += writeSync(open.descriptor, body, written, body.length - written, size + written)
      }
      const at = size
      size += body.length
      return { at, length: body.length }
    },
    read: (at: number, length: number): Uint8Array => {
      const body = new Uint8Array(length)
      if (!open) return body
      for (let got = 0; got < length; ) got += readSync(open.descriptor, body, got, length - got, at + got)
      return body
    },
    close: () => {
      if (!open) return
      closeSync(open.descriptor)
      rmSync(open.path, { force: true })
      open = undefined
      size = 0
    },
  }
}

function openUnnamed() {
  const path = join(tmpdir(), `connector-responses-${process.pid}-${crypto.randomUUID()}`)
  const descriptor = openSync(path, 'wx+', 0o600)
  // Windows keeps the name until the file is closed, and then it is removed.
  if (process.platform !== 'win32') rmSync(path)
  return { descriptor, path }
}
