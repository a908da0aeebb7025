// Run by `npm run build`: the compiler does not carry the executable bit over.
import { chmodSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

chmodSync(fileURLToPath(new URL('./main.js', import.meta.url)), 0o755)
