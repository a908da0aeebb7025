// Loaded into the process under test: kills it right before or right after the n-th time that it replaces an entry of its journal,
// as CONNECTOR_KILL_AT says: `3:before`.
import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [wanted, moment] = (process.env['CONNECTOR_KILL_AT'] ?? '').split(':')
const { rename } = files
let writes = 0

/** Nothing of this process happens after it. */
function die() {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

files.rename = async (from, to) => {
  const isHit = String(to).endsWith('.json') && ++writes === Number(wanted)
  if (isHit && moment === 'before') await die()
  await rename(from, to)
  if (isHit) await die()
}
syncBuiltinESMExports()
