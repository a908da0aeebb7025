import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { main } from './sandbox-process.ts'

const TIMES = 15

/** Wall milliseconds of `connector spec`, from process start to process end. */
export async function coldStart(): Promise<void> {
  const walls: number[] = []
  for (let index = 0; index < TIMES; index++) {
    const started = performance.now()
    const child = spawn(process.execPath, [main, 'spec', 'facebook_pages'], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`spec ended with ${code}`)
    walls.push(performance.now() - started)
  }
  walls.sort((a, b) => a - b)
  const [fastest = 0] = walls
  console.log(
    `cold start of \`spec\`: median ${Math.round(walls[Math.floor(TIMES / 2)] ?? 0)} ms, fastest ${Math.round(fastest)} ms of ${TIMES}`,
  )
}
