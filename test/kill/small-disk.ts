import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, whose size can be changed. */
export interface SmallDisk {
  readonly folder: string
  resize(kilobytes: number): void
  unmount(): void
}

const roomy = 256 * 1024

/** Needs the right to mount; see {@link canMount}. */
export function mountDisk(folder: string): SmallDisk {
  mkdirSync(folder, { recursive: true })
  const run = (...args: string[]) => execFileSync('mount', ['-t', 'tmpfs', ...args, 'tmpfs', folder], { stdio: 'pipe' })
  run('-o', `size=${roomy}k`)
  return {
    folder,
    resize: (kilobytes) => void run('-o', `remount,size=${Math.max(4, Math.ceil(kilobytes))}k`),
    unmount: () => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  }
}

export const enough = roomy

export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const folder = mkdtempSync(join(tmpdir(), 'connector-disk-'))
  try {
    mountDisk(folder).unmount()
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
