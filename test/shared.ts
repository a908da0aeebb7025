import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = process.env['CONNECTOR_SHARED'] ?? fileURLToPath(new URL('../../shared', import.meta.url))

/** Folder with conformance vectors, recordings and foreign manifests; undefined where it is not installed. Tests that need it skip. */
export const sharedFolder: string | undefined = existsSync(folder) ? folder : undefined
/** Vectors and foreign manifests may stand elsewhere. */
export const vectorsFolder: string | undefined = process.env['CONNECTOR_VECTORS'] ?? (sharedFolder && join(sharedFolder, 'vectors'))
export const corpusFolder: string | undefined = process.env['CONNECTOR_CORPUS'] ?? (sharedFolder && join(sharedFolder, 'corpus/airbyte'))
