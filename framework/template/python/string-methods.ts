import { type Method, methodsOn, methodTable, textArgument } from './functions.ts'
import { wholeArgument } from './number-format.ts'
import {
  affixes,
  align,
  blanks,
  capitalize,
  expandTabs,
  find,
  found,
  join,
  limitOf,
  partition,
  region,
  removePrefix,
  removeSuffix,
  replace,
  separatorOf,
  split,
  splitFromRight,
  splitLines,
  strip,
  swapCase,
  title,
  zeroFill,
} from './string-operations.ts'

/** Python's `str` methods; `format`, which reads attributes, is in access.ts. */

const onText = methodsOn<string>()

/** A method that says whether the whole text consists of certain characters. */
const consistsOf = (name: string, pattern: RegExp): Method => onText(name, '', (text) => pattern.test(text))

/** By name; arguments are bound by the names that Python gives them. */
export const stringMethods = methodTable([
  onText('upper', '', (text) => text.toUpperCase()),
  onText('lower', '', (text) => text.toLowerCase()),
  onText('casefold', '', (text) => text.toLowerCase().replaceAll('ß', 'ss')),
  onText('title', '', title),
  onText('capitalize', '', capitalize),
  onText('swapcase', '', swapCase),
  onText('strip', 'chars?', (text, [chars]) => strip(text, chars)),
  onText('lstrip', 'chars?', (text, [chars]) => strip(text, chars, 'left')),
  onText('rstrip', 'chars?', (text, [chars]) => strip(text, chars, 'right')),
  onText('split', 'sep? maxsplit?', (text, [separator, limit]) => split(text, separator, limitOf(limit))),
  onText('rsplit', 'sep? maxsplit?', (text, [separator, limit]) => splitFromRight(text, separator, limitOf(limit))),
  onText('splitlines', 'keepends?', (text, [keep]) => splitLines(text, keep)),
  onText('partition', 'sep', (text, [separator]) => partition(text, separator, 'left')),
  onText('rpartition', 'sep', (text, [separator]) => partition(text, separator, 'right')),
  onText('replace', 'old new count?', (text, [old, fresh, count]) =>
    replace(text, textArgument(old, 'replace() argument 1'), {
      to: textArgument(fresh, 'replace() argument 2'),
      count: limitOf(count),
    }),
  ),
  onText('join', 'iterable', (text, [items]) => join(text, items)),
  onText('startswith', 'prefix start? end?', (text, args) => affixes(text, args, (part, affix) => part.startsWith(affix))),
  onText('endswith', 'suffix start? end?', (text, args) => affixes(text, args, (part, affix) => part.endsWith(affix))),
  onText('removeprefix', 'prefix', removePrefix),
  onText('removesuffix', 'suffix', removeSuffix),
  onText('find', 'sub start? end?', (text, args) => find(text, args)),
  onText('rfind', 'sub start? end?', (text, args) => find(text, args, 'right')),
  onText('index', 'sub start? end?', (text, args) => found(find(text, args))),
  onText('rindex', 'sub start? end?', (text, args) => found(find(text, args, 'right'))),
  onText('count', 'sub start? end?', (text, [wanted, ...bounds]) => region(text, bounds).part.split(separatorOf(wanted)).length - 1),
  onText('zfill', 'width', (text, [width]) => zeroFill(text, wholeArgument(width, 'width'))),
  onText('ljust', 'width fillchar?', align('<')),
  onText('rjust', 'width fillchar?', align('>')),
  onText('center', 'width fillchar?', align('^')),
  consistsOf('isdigit', /^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2089]+$/u),
  consistsOf('isdecimal', /^\p{Nd}+$/u),
  consistsOf('isnumeric', /^\p{N}+$/u),
  consistsOf('isalpha', /^\p{L}+$/u),
  consistsOf('isalnum', /^[\p{L}\p{N}]+$/u),
  consistsOf('isspace', new RegExp(`^[${blanks}]+$`, 'u')),
  onText('islower', '', (text) => text === text.toLowerCase() && text !== text.toUpperCase()),
  onText('isupper', '', (text) => text === text.toUpperCase() && text !== text.toLowerCase()),
  onText('istitle', '', (text) => text === title(text) && text.toLowerCase() !== text.toUpperCase()),
  consistsOf('isascii', /^[\0-\x7f]*$/),
  consistsOf('isidentifier', /^[\p{L}_][\p{L}\p{N}_]*$/u),
  onText('expandtabs', 'tabsize?', (text, [size = 8]) => expandTabs(text, wholeArgument(size, 'tabsize'))),
  onText('encode', 'encoding? errors?', (text) => new Uint8Array(Buffer.from(text, 'utf8'))),
])
