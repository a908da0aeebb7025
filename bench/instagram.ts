import { measureConnector } from './measure.ts'
import { startSandbox } from './sandbox-process.ts'

/** Milliseconds that every answer takes longer, as over the internet. */
const LATENCY = 200

const cases = [
  { title: 'media and their insights, common', depth: 'common', select: 'media,media_insights', most: 3 },
  { title: 'media and their insights, full', depth: 'full', select: 'media,media_insights', most: 6 },
  { title: 'every stream, 90 days, common', depth: 'common', most: undefined },
  { title: 'every stream, 90 days, full', depth: 'full', most: undefined },
] as const

/** First reads of an account with 1,000 media, a fifth of them albums of five, at 200 ms for every answer. */
export async function instagram(): Promise<void> {
  console.log('| first read | rows | requests | seconds | at most | peak RSS MB |\n|---|--:|--:|--:|--:|--:|')
  const sandbox = await startSandbox({ pages: 1, accounts: 1, media: 1_000, latency: LATENCY })
  const start_date = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10)
  for (const { title, depth, most, ...rest } of cases) {
    const config = { start_date, insights_depth: depth }
    const { rows, calls, seconds, peakMegabytes } = await measureConnector(sandbox.url, { connector: 'instagram_graph', config, ...rest })
    const cells = [title, rows.toLocaleString('en-GB'), calls, seconds.toFixed(2), most ?? '', Math.round(peakMegabytes)]
    console.log(`| ${cells.join(' | ')} |`)
  }
  await sandbox.stop()
}
