// Loaded before the measured program: leaves its peak resident size, in KiB, in a file, and beside it the microseconds of processor time.
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  writeFileSync(process.env.PEAK_RSS_FILE, String(maxRSS))
  writeFileSync(`${process.env.PEAK_RSS_FILE}.cpu`, String(userCPUTime + systemCPUTime))
})
