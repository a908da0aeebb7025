import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { ConfigError } from '../../errors.ts'
import type { ManifestFiles } from '../definition/component.ts'

const MAX_BYTES = 10 * 1024 * 1024

/** Files in the folder of a manifest and below it. */
export function filesBeside(manifestFile: string): ManifestFiles {
  const folder = dirname(resolve(manifestFile))
  return {
    read: (path) => {
      const target = resolve(folder, path)
      if (!isBelow(folder, target)) throw outside(path)
      const real = realPath(target)
      if (real === undefined) return undefined
      // A link may lead anywhere, so the place that counts is where it ends.
      if (!isBelow(realpathSync(folder), real)) throw outside(path)
      const { size } = statSync(real)
      if (size > MAX_BYTES) throw new ConfigError('ERR_MANIFEST_FILE', `${path} is larger than ${MAX_BYTES} bytes`)
      return readFileSync(real, 'utf8')
    },
  }
}

/** For manifests that no file holds. */
export const noFiles: ManifestFiles = { read: () => undefined }

function realPath(path: string): string | undefined {
  try {
    const real = realpathSync(path)
    return statSync(real).isFile() ? real : undefined
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw thrown
  }
}

function isBelow(folder: string, path: string): boolean {
  const step = relative(folder, path)
  return step !== '' && step !== '..' && !step.startsWith('../') && !step.startsWith('..\\') && !isAbsolute(step)
}

function outside(path: string): ConfigError {
  return new ConfigError('ERR_MANIFEST_FILE', `${path} lies outside the folder of the manifest, so it is not read`)
}
