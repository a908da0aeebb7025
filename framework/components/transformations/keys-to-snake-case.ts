import { defineComponent } from '../../manifest/definition/component.ts'
import { Transformation } from '../read/transformation.ts'
import { renameKeys } from './rename-keys.ts'

export const KeysToSnakeCase = defineComponent(Transformation, {
  type: 'KeysToSnakeCase',
  summary: 'Writes keys in snake_case, also in nested objects. Latin letters lose their accents; letters of other scripts separate words.',
  fields: {},
  examples: [{ title: 'Snake case', manifest: { type: 'KeysToSnakeCase' } }],
  create: () => {
    // Records of a stream share their keys.
    const known = new Map<string, string>()
    const rename = (key: string) => {
      let renamed = known.get(key)
      if (renamed === undefined) {
        renamed = snakeCase(key)
        if (known.size < 10_000) known.set(key, renamed)
      }
      return renamed
    }
    return { transform: (record) => renameKeys(record, rename, 'deep') }
  },
})

/** Latin letters that no accent is taken from. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'TH',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
}

function snakeCase(key: string): string {
  const plain = key
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{ASCII}]/gu, (letter) => letters[letter] ?? letter)
  const tokens = Array.from(plain.matchAll(/[A-Z]+[a-z]*|[a-z]+|\d+|([^a-zA-Z\d]+)/g), ([token, separator]) => (separator ? '' : token))
  // A separator at either end stays an underscore, as does one before a leading digit.
  const words = tokens.filter((token, index) => token !== '' || index === 0 || index === tokens.length - 1)
  if (/^\d/.test(words[0] ?? '')) words.unshift('')
  return words.map((word) => word.toLowerCase()).join('_')
}
