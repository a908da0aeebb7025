import { afterAll, beforeAll } from 'vitest'
import { openAccountRegistry } from '../../accounts/open.ts'
import { openPostgres, systemClock } from '../../framework/index.ts'
import { testAccountRegistry } from '../conformance/account-registry.ts'
import { type PostgresServer, startPostgres } from '../conformance/postgres-server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

testAccountRegistry('postgres:', async () => {
  const url = server.freshUrl()
  return {
    connect: (options) => openAccountRegistry(url, { ...options, env: {}, secret: () => undefined }),
    stored: async () => {
      const database = await openPostgres(url, { clock: systemClock })
      try {
        const { rows } = await database.transaction((query) =>
          query(`select row_to_json(a)::text as row from "${database.schema}".instagram_accounts a`),
        )
        return rows.map(({ row }) => String(row)).join('\n')
      } finally {
        await database.close()
      }
    },
    destroy: async () => undefined,
  }
})
