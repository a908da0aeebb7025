import { method, methodTable, type Subjective, textArgument } from './functions.ts'
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

const every =
  (pattern: RegExp): Subjective =>
  (text) =>
    pattern.test(text as string)
/** A method of the text alone or with arguments. */
const on =
  (work: (text: string, args: readonly unknown[]) => unknown): Subjective =>
  (text, args) =>
    work(text as string, args)

export const stringMethods = methodTable([
  method(
    'upper',
    '',
    on((text) => text.toUpperCase()),
  ),
  method(
    'lower',
    '',
    on((text) => text.toLowerCase()),
  ),
  method(
    'casefold',
    '',
    on((text) => text.toLowerCase().replaceAll('ß', 'ss')),
  ),
  method('title', '', on(title)),
  method('capitalize', '', on(capitalize)),
  method('swapcase', '', on(swapCase)),
  method(
    'strip',
    'chars?',
    on((text, [chars]) => strip(text, chars)),
  ),
  method(
    'lstrip',
    'chars?',
    on((text, [chars]) => strip(text, chars, 'left')),
  ),
  method(
    'rstrip',
    'chars?',
    on((text, [chars]) => strip(text, chars, 'right')),
  ),
  method(
    'split',
    'sep? maxsplit?',
    on((text, [separator, limit]) => split(text, separator, limitOf(limit))),
  ),
  method(
    'rsplit',
    'sep? maxsplit?',
    on((text, [separator, limit]) => splitFromRight(text, separator, limitOf(limit))),
  ),
  method(
    'splitlines',
    'keepends?',
    on((text, [keep]) => splitLines(text, keep)),
  ),
  method(
    'partition',
    'sep',
    on((text, [separator]) => partition(text, separator, false)),
  ),
  method(
    'rpartition',
    'sep',
    on((text, [separator]) => partition(text, separator, true)),
  ),
  method(
    'replace',
    'old new count?',
    on((text, [old, fresh, count]) =>
      replace(text, textArgument(old, 'replace() argument 1'), textArgument(fresh, 'replace() argument 2'), limitOf(count)),
    ),
  ),
  method(
    'join',
    'iterable',
    on((text, [items]) => join(text, items)),
  ),
  method(
    'startswith',
    'prefix start? end?',
    on((text, [prefix, ...bounds]) => affixes(text, prefix, bounds, (part, affix) => part.startsWith(affix))),
  ),
  method(
    'endswith',
    'suffix start? end?',
    on((text, [suffix, ...bounds]) => affixes(text, suffix, bounds, (part, affix) => part.endsWith(affix))),
  ),
  method(
    'removeprefix',
    'prefix',
    on((text, [prefix]) => (text.startsWith(textArgument(prefix, 'prefix')) ? text.slice((prefix as string).length) : text)),
  ),
  method(
    'removesuffix',
    'suffix',
    on((text, [suffix]) =>
      suffix !== '' && text.endsWith(textArgument(suffix, 'suffix')) ? text.slice(0, -(suffix as string).length) : text,
    ),
  ),
  method(
    'find',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => find(text, wanted, bounds)),
  ),
  method(
    'rfind',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => find(text, wanted, bounds, true)),
  ),
  method(
    'index',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => found(find(text, wanted, bounds))),
  ),
  method(
    'rindex',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => found(find(text, wanted, bounds, true))),
  ),
  method(
    'count',
    'sub start? end?',
    on((text, [wanted, ...bounds]) => region(text, bounds).part.split(separatorOf(wanted)).length - 1),
  ),
  method(
    'zfill',
    'width',
    on((text, [width]) => zeroFill(text, wholeArgument(width, 'width'))),
  ),
  method('ljust', 'width fillchar?', align('<')),
  method('rjust', 'width fillchar?', align('>')),
  method('center', 'width fillchar?', align('^')),
  method('isdigit', '', every(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2089]+$/u)),
  method('isdecimal', '', every(/^\p{Nd}+$/u)),
  method('isnumeric', '', every(/^\p{N}+$/u)),
  method('isalpha', '', every(/^\p{L}+$/u)),
  method('isalnum', '', every(/^[\p{L}\p{N}]+$/u)),
  method('isspace', '', every(new RegExp(`^[${blanks}]+$`, 'u'))),
  method(
    'islower',
    '',
    on((text) => text === text.toLowerCase() && text !== text.toUpperCase()),
  ),
  method(
    'isupper',
    '',
    on((text) => text === text.toUpperCase() && text !== text.toLowerCase()),
  ),
  method(
    'istitle',
    '',
    on((text) => text === title(text) && text.toLowerCase() !== text.toUpperCase()),
  ),
  method('isascii', '', every(/^[\0-\x7f]*$/)),
  method('isidentifier', '', every(/^[\p{L}_][\p{L}\p{N}_]*$/u)),
  method(
    'expandtabs',
    'tabsize?',
    on((text, [size = 8]) => expandTabs(text, wholeArgument(size, 'tabsize'))),
  ),
  method(
    'encode',
    'encoding? errors?',
    on((text) => new Uint8Array(Buffer.from(text, 'utf8'))),
  ),
])
