// Loaded before the measured program: leaves its peak resident size, in KiB, in a file.
import { writeFileSync } from 'node:fs'

process.on('exit', () => writeFileSync(process.env.PEAK_RSS_FILE, String(process.resourceUsage().maxRSS)))
