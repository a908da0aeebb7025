import { describe, expect, it } from 'vitest'
import { type PageContext, PaginationStrategy, Paginator } from '../../../../framework/components/paginators/paginator.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { responseOf } from '../check-vectors.ts'

function page(fields: Partial<PageContext>): PageContext {
  return { response: responseOf({}), decoded: {}, extracted: 0, selected: 0, last: undefined, scope: {}, ...fields }
}

function strategy(node: object, dialect: 'native' | 'airbyte' = 'native'): PaginationStrategy {
  return buildComponent(PaginationStrategy, node, testContext({ dialect, config: { size: 3 } }))
}

describe('CursorPagination', () => {
  it.each([
    ['a missing token', { cursor_value: '{{ response.next }}' }, {}, undefined],
    ['an empty token', { cursor_value: '{{ response.next }}' }, { next: '' }, undefined],
    ['a token', { cursor_value: '{{ response.next }}' }, { next: 'c2' }, 'c2'],
    ['a token of digits', { cursor_value: '{{ response.next }}' }, { next: '0012' }, '0012'],
    [
      'a condition that holds',
      { cursor_value: '{{ response.next }}', stop_condition: '{{ response.done }}' },
      { next: 'c2', done: true },
      undefined,
    ],
    ['a condition on nothing', { cursor_value: '{{ response.next }}', stop_condition: '{{ response.done }}' }, { next: 'c2' }, 'c2'],
    ['the last record', { cursor_value: '{{ last_record.id }}' }, {}, 9],
    ['the size of the page', { cursor_value: '{{ last_page_size if last_page_size > 1 }}' }, {}, 2],
  ])('%s', (_, node, decoded, token) => {
    const context = page({ decoded, last: { id: 9 }, selected: 2 })
    expect(strategy({ type: 'CursorPagination', ...node }).nextToken(context, undefined)).toBe(token)
  })

  it('stops on a condition that yields None in the foreign dialect', () => {
    const node = { type: 'CursorPagination', cursor_value: '{{ response.next }}', stop_condition: "{{ response.get('done') }}" }
    expect(strategy(node, 'airbyte').nextToken(page({ decoded: { next: 'c2' } }), undefined)).toBeUndefined()
  })
})

describe('PageIncrement', () => {
  it.each([
    ['a full page', { page_size: 2 }, 2, undefined, 1],
    ['a short page', { page_size: 2 }, 1, 4, undefined],
    ['an empty page', {}, 0, 4, undefined],
    ['a page of unknown size', {}, 1, 4, 5],
    ['the first page of another count', { start_from_page: 1 }, 1, undefined, 2],
    ['a size from the config', { page_size: '{{ config.size }}' }, 2, 4, undefined],
  ])('%s', (_, node, extracted, previous, token) => {
    expect(strategy({ type: 'PageIncrement', ...node }).nextToken(page({ extracted }), previous)).toBe(token)
  })

  it('sends the first number only on request', () => {
    expect(strategy({ type: 'PageIncrement', start_from_page: 1 }).initialToken()).toBeUndefined()
    expect(strategy({ type: 'PageIncrement', start_from_page: 1, inject_on_first_request: true }).initialToken()).toBe(1)
  })
})

describe('OffsetIncrement', () => {
  it.each([
    ['a full page', { page_size: 2 }, 2, undefined, 2],
    ['a later page', { page_size: 2 }, 2, 4, 6],
    ['a short page', { page_size: 2 }, 1, 4, undefined],
    ['a size from the response', { page_size: '{{ response.limit }}' }, 2, 4, undefined],
  ])('%s', (_, node, extracted, previous, token) => {
    expect(strategy({ type: 'OffsetIncrement', ...node }).nextToken(page({ extracted, decoded: { limit: 5 } }), previous)).toBe(token)
  })

  it('refuses a size that is not an integer', () => {
    const paging = strategy({ type: 'OffsetIncrement', page_size: '{{ response.limit }}' })
    expect(() => paging.nextToken(page({ extracted: 1 }), undefined)).toThrow('page_size must be an integer')
  })
})

describe('DefaultPaginator', () => {
  const pagination_strategy = { type: 'PageIncrement', page_size: 50, inject_on_first_request: true }
  const build = (node: object) => buildComponent(Paginator, { type: 'DefaultPaginator', pagination_strategy, ...node }, testContext())
  const query = (field_name: string) => ({ inject_into: 'request_parameter', field_name })

  it('sends page size and token, also token 0', () => {
    const paginator = build({ page_token_option: query('page'), page_size_option: query('limit') })
    expect(paginator.parts(paginator.initialToken(), {})).toEqual({ params: { page: '0', limit: '50' } })
    expect(paginator.parts(undefined, {})).toEqual({ params: { limit: '50' } })
    expect(paginator.path(7)).toBeUndefined()
  })

  it('gives a token that is an address as path', () => {
    const paginator = build({ page_token_option: { type: 'RequestPath' } })
    expect(paginator.path('/next')).toBe('/next')
    expect(paginator.parts('/next', {})).toEqual({})
  })

  it.each([
    [{ page_token_option: query('page'), page_size_option: query('page') }, 'params.page'],
    [{ page_size_option: { type: 'RequestPath' } }, 'cannot be a RequestPath'],
    [{ pagination_strategy: { type: 'PageIncrement' }, page_size_option: query('limit') }, "needs a 'page_size'"],
    [{ pagination_strategy: { type: 'CursorPaginaton' } }, 'did you mean CursorPagination?'],
  ])('refuses %o', (node, message) => {
    expect(() => build(node)).toThrow(message)
  })
})
