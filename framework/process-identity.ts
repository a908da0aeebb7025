import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { errnoOf } from './durable-file.ts'

/** A process as another one may look for it later. */
export interface ProcessIdentity {
  readonly pid: number
  /** Tells this process from an earlier one with the same number, which is the rule in containers (always number 1). */
  readonly instance: string
  /** Boot of the machine and namespace of process numbers: only inside it a number means this process. undefined where unknown. */
  readonly space: string | undefined
}

export const ownProcess: ProcessIdentity = { pid: process.pid, instance: randomUUID(), space: processSpace() }

/**
 * True when the process is known to be gone. That can be told only inside its own process space, never by the name of a host: two
 * containers of one host, or two hosts of one name, number their processes on their own.
 */
export function isProcessGone({ pid, instance, space }: ProcessIdentity): boolean {
  if (space === undefined || space !== ownProcess.space) return false
  if (pid === ownProcess.pid) return instance !== ownProcess.instance
  try {
    process.kill(pid, 0)
    return false
  } catch (thrown) {
    return errnoOf(thrown) === 'ESRCH'
  }
}

/** Only Linux has both; elsewhere nothing tells one machine from another of the same name for sure. */
function processSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch (thrown) {
    // Another system, or a sandbox without /proc.
    if (errnoOf(thrown) !== undefined) return undefined
    throw thrown
  }
}
