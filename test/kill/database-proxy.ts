import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between a reader and its database and counts what the reader sends. */
export interface DatabaseProxy {
  readonly port: number
  /** Bytes that came from readers since the last call of `watch`. */
  readonly bytes: number
  /** Calls `reached` once, when so many bytes came from now on. */
  watch(bytes: number, reached: () => void): void
  /** Ends all connections in the middle of what they do; new ones are let through. */
  cut(): void
  close(): Promise<void>
}

export async function startDatabaseProxy(target: URL): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>()
  let bytes = 0
  let limit = Number.POSITIVE_INFINITY
  let reached = (): void => undefined
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes < limit) return
    limit = Number.POSITIVE_INFINITY
    reached()
  }
  const server = createServer((reader) => {
    const database = connect(Number(target.port || 5432), target.hostname)
    for (const [from, to] of [
      [reader, database],
      [database, reader],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
    reader.on('data', count)
    reader.pipe(database)
    database.pipe(reader)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get bytes() {
      return bytes
    },
    watch(after, call) {
      bytes = 0
      limit = after
      reached = call
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
