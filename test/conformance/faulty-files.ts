import type { FileHandle } from 'node:fs/promises'
import { diskFiles, type Files } from '../../framework/index.ts'

/** What every call of a killed process gets: nothing works any more, not even tidying up. */
export class Killed extends Error {}

export interface KilledFiles {
  readonly files: Files
  /** Counts as one operation too; for steps that are not files. */
  step(): void
  killed(): boolean
  /** Closes what the killed process held open, as the kernel does. */
  reap(): Promise<void>
}

/** Real files of a process that is killed at its operation number `survives` (from 0). A write that is hit gets half of its bytes out. */
export function killedAfter(survives: number): KilledFiles {
  const handles: FileHandle[] = []
  let done = 0
  let dead = false
  const step = () => {
    dead ||= done === survives
    if (dead) throw new Killed('killed')
    done += 1
  }
  const wrapHandle = (handle: FileHandle): FileHandle => {
    handles.push(handle)
    return intercept(handle, async (name, call, parameters) => {
      if (name === 'appendFile' && done === survives && !dead) await handle.appendFile(firstHalf(parameters[0]))
      step()
      return call()
    })
  }
  const files = intercept(diskFiles, async (name, call) => {
    step()
    const result = await call()
    return name === 'open' ? wrapHandle(result as FileHandle) : result
  })
  return { files, step, killed: () => dead, reap: async () => void (await Promise.allSettled(handles.map((handle) => handle.close()))) }
}

/** Real files on which the operation fails with a system error while `broken` says so. */
export function failingFiles(operation: 'appendFile' | 'sync' | 'rename' | 'open', code: string, broken: () => boolean): Files {
  const fail = () => {
    throw Object.assign(new Error(`${code}: injected, ${operation}`), { code })
  }
  const check = async (name: string, call: () => unknown) => (name === operation && broken() ? fail() : call())
  return intercept(diskFiles, async (name, call) => {
    const result = await check(name, call)
    return name === 'open' ? intercept(result as FileHandle, check) : result
  })
}

function firstHalf(data: unknown): string | Uint8Array {
  const bytes = Buffer.from(data as string | Uint8Array)
  return bytes.subarray(0, Math.floor(bytes.length / 2))
}

type Interceptor = (name: string, call: () => unknown, parameters: readonly unknown[]) => Promise<unknown>

function intercept<T extends object>(target: T, interceptor: Interceptor): T {
  // A proxy of a module object may not hide its frozen members, so it stands before an empty object.
  return new Proxy({} as T, {
    get(_empty, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...parameters: unknown[]) => interceptor(String(name), () => member.apply(target, parameters), parameters)
    },
  })
}
