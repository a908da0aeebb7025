import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = process.env['CONNECTOR_SHARED'] ?? fileURLToPath(new URL('../../shared', import.meta.url))

/** Folder with conformance vectors, recordings and foreign manifests; undefined where it is not installed. Tests that need it skip. */
export const sharedFolder: string | undefined = existsSync(folder) ? folder : undefined
