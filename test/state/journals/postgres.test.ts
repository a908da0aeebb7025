import { afterAll, beforeAll } from 'vitest'
import { postgresJournal } from '../../../state/journals/postgres.ts'
import { testActionJournal } from '../../conformance/action-journal.ts'
import { type PostgresServer, startPostgres } from '../../conformance/postgres-server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

testActionJournal('postgres:', async () => {
  const url = server.freshUrl()
  return { connect: (clock) => postgresJournal(url, { clock }), destroy: async () => undefined }
})
