import { createHash, createHmac, getHashes } from 'node:crypto'
import { TemplateFailure, valueError } from '../failure.ts'
import { assertTextLength } from '../limits.ts'
import { decodeUtf8 } from '../python/container-methods.ts'
import { type Method, method, textArgument } from '../python/functions.ts'
import { jsonText } from '../python/json-text.ts'
import { compileRegex, withinLimits } from '../python/regex.ts'
import { expandReplacement } from '../python/regex-syntax.ts'
import { plainText, textOf } from '../python/render.ts'

/** The filters that the manifest language adds to Jinja's. */

/** hashlib's names where Node's differ. */
const hashNames: Readonly<Record<string, string>> = {
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
  sha3_224: 'sha3-224',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
}
const hashlib = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', ...Object.keys(hashNames)]

function hashOf(text: string, type: unknown, salt: string): string {
  const name = Object.hasOwn(hashNames, String(type)) ? (hashNames[String(type)] ?? '') : String(type)
  if (!hashlib.includes(String(type)) || !getHashes().includes(name)) {
    throw new TemplateFailure('AttributeError', `no hash function named '${type}'; known: ${hashlib.join(', ')}`)
  }
  return createHash(name).update(text, 'utf8').update(salt, 'utf8').digest('hex')
}

function base64Bytes(text: string): Buffer {
  // Python drops foreign characters, then insists on whole groups.
  const clean = text.replace(/[^A-Za-z0-9+/=]/g, '')
  const body = clean.replace(/=+$/, '')
  if (body.length % 4 === 1 || (body.length % 4 !== 0 && clean.length - body.length < 4 - (body.length % 4))) {
    throw valueError('invalid base64: incorrect padding')
  }
  return Buffer.from(body, 'base64')
}

function asciiBytes(text: string): Buffer {
  if (/[^\0-\x7f]/.test(text)) throw valueError("'ascii' codec can't encode the text")
  return Buffer.from(text, 'ascii')
}

function search(subject: string, source: string): string | null {
  const regex = compileRegex(source)
  const match = withinLimits(regex, subject, () => regex.pattern.exec(subject))
  // The first group, None when it took no part; without a group there is nothing to return.
  return match && match.length > 1 ? (match[1] ?? null) : ''
}

function substitute(subject: string, source: string, replacement: string): string {
  const regex = compileRegex(source)
  const global = new RegExp(regex.pattern.source, `${regex.pattern.flags}g`)
  const matches = withinLimits(regex, subject, () => [...subject.matchAll(global)])
  let result = ''
  let end = 0
  for (const match of matches) {
    result += subject.slice(end, match.index) + expandReplacement(replacement, match, match.groups ?? {})
    assertTextLength(result.length)
    end = match.index + match[0].length
  }
  return result + subject.slice(end)
}

/** In the order in which the reference documents them. */
export const airbyteFilters: readonly Method[] = [
  method('hash', 'hash_type? salt?', (value, [type = 'md5', salt], { dialect }) => {
    const text = textOf(dialect)
    return hashOf(text(value), type, salt === undefined || salt === null ? '' : text(salt))
  }),
  method('hmac', 'key hash_type?', (value, [key, type = 'sha256'], { dialect }) => {
    if (type !== 'sha256') throw valueError(`hash type '${type}' is not allowed; allowed types: sha256`)
    const text = textOf(dialect)
    return createHmac('sha256', text(key)).update(text(value), 'utf8').digest('hex')
  }),
  method('base64encode', '', (value) => Buffer.from(textMethod(value, 'encode'), 'utf8').toString('base64')),
  method('base64decode', '', (value) => decodeUtf8(base64Bytes(textMethod(value, 'encode')))),
  // The reference's name promises decoding; what it does is encoding.
  method('base64binascii_decode', '', (value) => asciiBytes(textMethod(value, 'encode')).toString('base64')),
  /**
   * Text stays; in Airbyte's dialect anything else becomes JSON in triple quotes, so that the literal evaluation of the
   * finished text yields that JSON as a string.
   */
  method('string', '', (value, _, { dialect }) => {
    if (typeof value === 'string') return value
    return dialect === 'native' ? plainText(value) : `"""${jsonText(value)}"""`
  }),
  method('regex_search', 'regex', (value, [regex]) =>
    search(textArgument(value, 'the searched value'), textArgument(regex, 'the pattern')),
  ),
  method('regex_replace', 'regex replacement', (value, [regex, replacement]) =>
    substitute(textArgument(value, 'the searched value'), textArgument(regex, 'the pattern'), textArgument(replacement, 'the replacement')),
  ),
]

/** Python calls a method of str here: other values fail for want of the attribute, not for their type. */
function textMethod(value: unknown, name: string): string {
  if (value === undefined) throw new TemplateFailure('UndefinedError', 'an undefined value cannot be encoded')
  if (typeof value !== 'string') throw new TemplateFailure('AttributeError', `only text has a method '${name}'`)
  return value
}
