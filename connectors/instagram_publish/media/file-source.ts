import { open } from 'node:fs/promises'
import type { ByteSource } from './byte-window.ts'

/** A local file. Throws the error of the system when it can't be opened. */
export async function openFile(path: string): Promise<ByteSource> {
  const handle = await open(path)
  const stat = await handle.stat()
  if (!stat.isFile()) {
    await handle.close()
    throw new Error('not a file')
  }
  return {
    size: stat.size,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    },
    close: () => handle.close(),
  }
}
