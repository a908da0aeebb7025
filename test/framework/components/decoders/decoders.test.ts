import { describe, expect, it } from 'vitest'
import { Decoder } from '../../../../framework/components/decoders/decoder.ts'
import { buildComponent } from '../../../../framework/manifest/definition/build.ts'
import { testContext } from '../../build.ts'
import { responseOf } from '../check-vectors.ts'

async function decode(type: string, response: object): Promise<unknown[]> {
  const batches: unknown[] = []
  for await (const batch of buildComponent(Decoder, { type }, testContext()).decode(responseOf(response))) batches.push(...batch)
  return batches
}

describe('JsonDecoder', () => {
  it.each<[object, unknown[]]>([
    [{ json: { a: 1 } }, [{ a: 1 }]],
    [{ json: [{ a: 1 }, { a: 2 }] }, [{ a: 1 }, { a: 2 }]],
    [{ json: [] }, [{}]],
    [{ json: null }, [null]],
    [{ text: '{"id": 18000000000000000123}' }, [{ id: '18000000000000000123' }]],
    [{ status: 204, text: '' }, [{}]],
  ])('%o', async (response, bodies) => {
    expect(await decode('JsonDecoder', response)).toEqual(bodies)
  })

  it.each([[''], ['<html>'], ['{"a":']])('refuses %o', async (text) => {
    await expect(decode('JsonDecoder', { text })).rejects.toMatchObject({ code: 'ERR_BODY_NOT_JSON', failureType: 'transient_error' })
  })
})

describe('JsonlDecoder', () => {
  it('reads one value per line and skips blank lines', async () => {
    expect(await decode('JsonlDecoder', { text: '{"a":1}\r\n\n {"a":2}\n' })).toEqual([{ a: 1 }, { a: 2 }])
  })

  it('has nothing to say about an empty body', async () => {
    expect(await decode('JsonlDecoder', { text: '' })).toEqual([])
  })

  it('names the line that is not JSON, not its content', async () => {
    await expect(decode('JsonlDecoder', { text: '{"a":1}\nsandbox-secret\n' })).rejects.toMatchObject({
      code: 'ERR_BODY_NOT_JSON',
      message: 'line 2 of the body is not valid JSON (14 characters)',
    })
  })
})
