import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { main } from './sandbox-process.ts'

/** Wall milliseconds of `connector spec`, process start to process end. */
export async function coldStart(times: number): Promise<{ median: number; fastest: number }> {
  const walls: number[] = []
  for (let index = 0; index < times; index++) {
    const started = performance.now()
    const child = spawn(process.execPath, [main, 'spec', 'facebook_pages'], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`spec ended with ${code}`)
    walls.push(performance.now() - started)
  }
  walls.sort((a, b) => a - b)
  return { median: walls[Math.floor(times / 2)] ?? 0, fastest: walls[0] ?? 0 }
}
