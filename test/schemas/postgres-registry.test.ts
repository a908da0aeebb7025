import { afterAll, beforeAll } from 'vitest'
import { systemClock } from '../../framework/index.ts'
import { openSchemaRegistry } from '../../schemas/open.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'
import { testSchemaRegistry } from '../conformance/schema-registry.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

testSchemaRegistry('postgres:', async () => {
  const url = server.freshUrl()
  return { open: () => openSchemaRegistry(url, { clock: systemClock }), destroy: async () => undefined }
})
