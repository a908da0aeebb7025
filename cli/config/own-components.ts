import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError } from '../../framework/errors.ts'
import type { Component } from '../../framework/manifest/definition/component.ts'
import { type Invocation, text } from '../command.ts'

/**
 * What the module of `--components` exports as `components`. Its code runs with all rights of this process, so nothing but the
 * flag ever loads one. Throws ConfigError when there is no such module or export.
 */
export async function ownComponents({ options }: Invocation): Promise<readonly Component[]> {
  const file = text(options, 'components')
  if (file === undefined) return []
  const { components } = await loadModule(file, { what: 'components', code: 'ERR_COMPONENTS_UNREADABLE' })
  if (!Array.isArray(components)) {
    throw new ConfigError('ERR_COMPONENTS_INVALID', `${file} exports no 'components', a list of what defineComponent gives`)
  }
  const wrong = components.findIndex((entry) => !isComponent(entry))
  if (wrong < 0) return components
  const message = `entry ${wrong} of the 'components' of ${file} is not what defineComponent gives`
  throw new ConfigError('ERR_COMPONENTS_INVALID', message)
}

/** Throws ConfigError with this code. */
export async function loadModule(
  file: string,
  { what, code }: { readonly what: string; readonly code: string },
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(file)).href)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(code, `cannot load ${what} ${file}: ${reason}`, { cause })
  }
}

function isComponent(value: unknown): value is Component {
  if (typeof value !== 'object' || value === null) return false
  const { type, family, fields, build } = value as Partial<Component>
  return typeof type === 'string' && typeof family?.name === 'string' && typeof fields === 'object' && typeof build === 'function'
}
