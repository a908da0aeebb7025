import type { Io } from '../command.ts'

/** Lines written at once. */
const blockSize = 1_000

/** Prints lines, waiting where the reader is slow: a state may have a hundred thousand of them. */
export async function printLines(stdout: Io['stdout'], lines: readonly string[]): Promise<void> {
  for (let start = 0; start < lines.length; start += blockSize) {
    const block = `${lines.slice(start, start + blockSize).join('\n')}\n`
    if (!stdout.write(block)) await new Promise((resolve) => stdout.once('drain', resolve))
  }
}
