import { describe, expect, it } from 'vitest'
import { filters } from '../../../../framework/template/filters/filters.ts'
import { tests } from '../../../../framework/template/filters/tests.ts'
import { airbyte, failureOf, native } from '../evaluate.ts'

describe('filters', () => {
  it('has those that the manifests of Airbyte use', () => {
    const used =
      'base64decode base64encode default first float hash hmac int join length list lower map regex_replace regex_search selectattr string tojson unique urlencode'
    expect(used.split(' ').filter((name) => !filters.has(name))).toEqual([])
    expect(filters.has('constructor')).toBe(false)
    expect(tests.has('constructor')).toBe(false)
  })

  it.each([
    ["'3.9' | int", 3, 3],
    ["'abc' | int(7)", 7, 7],
    ['2.5 | round', 2, '2.0'],
    ['2.675 | round(2)', 2.67, '2.67'],
    ["'42' | float", 42, '42.0'],
    ["none | default('d')", 'd', 'None'],
    ["{'b': 1, 'a': '<é'} | tojson", '{"a": "\\u003c\\u00e9", "b": 1}', '{"a": "\\u003c\\u00e9", "b": 1}'],
    ["[1, none] | string ~ ''", '[1,null]', '"""[1, null]"""'],
    ["none | string ~ ''", '', '"""null"""'],
    ["[3, 'a', none] | join('-')", '3-a-', '3-a-None'],
    ["'x' | regex_search('(y)?x')", null, 'None'],
    ["'abc' | hash", '900150983cd24fb0d6963f7d28e17f72', '900150983cd24fb0d6963f7d28e17f72'],
    ["'a b&c/d' | urlencode", 'a%20b%26c/d', 'a%20b%26c/d'],
    ["{'a': 'b c', 'd': 1} | urlencode", 'a=b+c&d=1', 'a=b+c&d=1'],
  ])('%s', (expression, ours, python) => {
    expect(native(`{{ ${expression} }}`)).toEqual(ours)
    // In quotes, so that the text is seen and not its literal.
    expect(airbyte(`|{{ ${expression} }}`)).toBe(`|${python}`)
  })

  it.each([
    ["'x' | hash('nope')", "no hash function named 'nope'; known: md5"],
    ["'x' | hmac('k', 'md5')", "hash type 'md5' is not allowed"],
    ["'YWJ' | base64decode", 'incorrect padding'],
    ["'/w==' | base64decode", 'not valid UTF-8'],
    ["[1] | map('nope') | list", "no filter named 'nope'"],
    ["'x' | upper(1)", 'upper() takes 0 positional arguments but 1 were given'],
    ["[1, 'a'] | sort", "'<' not supported"],
  ])('%s fails', (expression, message) => {
    expect(failureOf(() => native(`{{ ${expression} }}`))).toContain(message)
  })
})
