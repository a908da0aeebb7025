/** What an unquoted word of YAML means: YAML 1.2 for our manifests, PyYAML's YAML 1.1 for those written for Airbyte. */
export type Scalar = null | boolean | number | string
export type ReadScalar = (word: string) => Scalar

const nulls = /^(?:~|null|Null|NULL|)$/
const inf = /^[-+]?\.(?:inf|Inf|INF)$/
const nan = /^\.(?:nan|NaN|NAN)$/

/** YAML 1.2 core schema. */
export const readCore: ReadScalar = (word) => {
  if (nulls.test(word)) return null
  if (/^(?:true|True|TRUE)$/.test(word)) return true
  if (/^(?:false|False|FALSE)$/.test(word)) return false
  if (/^[-+]?\d+$/.test(word)) return integer(word, 10, word)
  if (/^0o[0-7]+$/.test(word)) return integer(word.slice(2), 8, word)
  if (/^0x[\da-fA-F]+$/.test(word)) return integer(word.slice(2), 16, word)
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(word)) return Number(word)
  return special(word)
}

/**
 * YAML 1.1 as PyYAML's safe loader reads it: `yes` and `on` are booleans, `010` is 8, `1e3` is text.
 * Dates stay text; a JSON document has no place for them.
 */
export const readYaml11: ReadScalar = (word) => {
  if (nulls.test(word)) return null
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(word)) return true
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(word)) return false
  if (!/^[-+.\d]/.test(word)) return word
  const digits = word.replaceAll('_', '')
  const sign = word.startsWith('-') ? '-' : ''
  const unsigned = digits.replace(/^[-+]/, '')
  if (/^[-+]?0b[01_]+$/.test(word)) return integer(sign + unsigned.slice(2), 2, word)
  if (/^[-+]?0x[\da-fA-F_]+$/.test(word)) return integer(sign + unsigned.slice(2), 16, word)
  if (/^[-+]?0[0-7_]+$/.test(word)) return integer(sign + unsigned, 8, word)
  if (/^[-+]?(?:0|[1-9][\d_]*)$/.test(word)) return integer(sign + unsigned, 10, word)
  if (/^(?:[-+]?\d[\d_]*\.[\d_]*|\.\d[\d_]*)(?:[eE][-+]\d+)?$/.test(word)) return Number(digits)
  if (/^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(word)) return sexagesimal(sign, unsigned)
  return special(word)
}

function special(word: string): Scalar {
  if (inf.test(word)) return word.startsWith('-') ? -Infinity : Infinity
  return nan.test(word) ? NaN : word
}

/** Digits that a number cannot hold stay text, so that ids keep every digit. */
function integer(digits: string, radix: number, word: string): number | string {
  const value = Number.parseInt(digits, radix)
  return Number.isSafeInteger(value) ? value + 0 : word
}

function sexagesimal(sign: string, digits: string): number {
  const value = digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return sign === '-' ? -value : value
}
