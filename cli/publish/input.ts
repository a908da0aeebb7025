import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ConfigError } from '../../framework/errors.ts'
import type { JsonObject } from '../../framework/protocol/messages.ts'

/** The post in a file, or on stdin for `-`. Local media are found from the folder of the file. Throws ConfigError ERR_POST_UNREADABLE. */
export function readPost(file: string | undefined): JsonObject {
  if (file === undefined) throw new ConfigError('ERR_FLAG_MISSING', 'name the post: --input post.json')
  const isStdin = file === '-'
  return withPaths(parse(file), isStdin ? '.' : dirname(file))
}

function parse(file: string): JsonObject {
  try {
    const post: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
    if (isObject(post)) return post
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError('ERR_POST_UNREADABLE', `cannot read the post ${file}: ${reason}`, { cause })
  }
  throw new ConfigError('ERR_POST_UNREADABLE', `the post ${file} must be a JSON object`)
}

function withPaths(post: JsonObject, folder: string): JsonObject {
  const { media } = post
  if (!Array.isArray(media)) return post
  const located = media.map((item) => {
    const local = isObject(item) && typeof item['file'] === 'string' && !/^https?:/i.test(item['file'])
    return local ? { ...item, file: resolve(folder, String(item['file'])) } : item
  })
  return { ...post, media: located }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
