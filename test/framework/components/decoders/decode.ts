import { Decoder } from '../../../../framework/components/decoders/decoder.ts'
import { buildComponent, type Node } from '../../../../framework/manifest/definition/build.ts'
import type { Dialect } from '../../../../framework/template/template.ts'
import { testContext } from '../../build.ts'
import { responseOf } from '../check-vectors.ts'

/** Every body that a decoder makes of a response written as `responseOf` takes it. */
export async function decode(node: Node, response: object, dialect: Dialect = 'native'): Promise<unknown[]> {
  const bodies: unknown[] = []
  for await (const batch of buildComponent(Decoder, node, testContext({ dialect })).decode(responseOf(response))) bodies.push(...batch)
  return bodies
}

export const base64 = (bytes: Uint8Array) => ({ b64: Buffer.from(bytes).toString('base64') })
