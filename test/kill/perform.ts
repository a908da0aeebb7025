import type { Effort } from './asked.ts'
import type { Golden, Goldens } from './golden.ts'
import { openPlace, type Place, type Servers } from './place.ts'
import { type Ended, runReader } from './reader.ts'
import { counted } from './rows.ts'
import type { Disturbance, Scenario } from './scenario.ts'
import { settle } from './settle.ts'
import { openSource } from './source.ts'

/** What a scenario came to. */
export interface Verdict {
  readonly scenario: Scenario
  /** Runs that were ended early. */
  readonly interruptions: number
  /** Rows that came more than once, where an output only appends. */
  readonly repeated: number
  /** Asked of the source beyond what an undisturbed read asks. */
  readonly again: Effort
  /** What was promised and not kept; empty when all is well. */
  readonly failures: readonly string[]
}

/** Reads, is disturbed, reads again until done, and compares with an undisturbed read. */
export async function perform(scenario: Scenario, servers: Servers, goldens: Goldens): Promise<Verdict> {
  const golden = await goldens.of(scenario)
  const source = await openSource(scenario.product, scenario.world)
  const place = await openPlace(scenario, servers)
  const failures: string[] = []
  let interruptions = 0
  let fresh = 0
  const step = async (disturbance?: Disturbance): Promise<Ended> => {
    const ended = await runReader({ source, place, concurrency: scenario.concurrency }, disturbance, golden.extent)
    failures.push(...wrongEnd(ended, disturbance))
    guarded(failures, () => place.take(ended.stdout))
    guarded(failures, () => place.assertSoundState())
    if (ended.code !== 0) interruptions += 1
    const isResumable = ended.code === 3 || ended.code === null
    if (disturbance && (!isResumable || scenario.registry === 'none')) fresh += 1
    return ended
  }
  try {
    for (const disturbance of scenario.disturbances) await step(disturbance)
    await step()
    const { code, stderr } = await settle({ source, place, concurrency: scenario.concurrency }, scenario.product)
    if (code !== 0) failures.push(`the last run ended with ${code}: ${lastLines(stderr)}`)
    const { problems, repeated } = await compare(place, golden, scenario).catch((thrown: unknown) => ({
      problems: [`what was written cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`],
      repeated: 0,
    }))
    const again = source.asked.beyond(golden.asked)
    const wasted = beyondBound(again, { ...scenario, runs: scenario.disturbances.length, fresh }, golden)
    return { scenario, interruptions, repeated, again, failures: [...failures, ...problems, ...wasted] }
  } finally {
    await place.close()
    await source.close()
  }
}

/** Calls of a batch. */
const BATCH = 50
/**
 * Requests that a page takes: its list, and the batch of its items. A login without batches asks for as many days at once. Posts that a
 * read leaves to the following ones may take one of these more, which begins with the newest page.
 */
const REQUESTS: Readonly<Record<Scenario['product'], number>> = {
  facebook_pages: 2,
  instagram_graph: 2,
  instagram_login: 4,
  instagram_posts: 3,
}

export interface Bounded extends Pick<Scenario, 'product' | 'concurrency'> {
  /** Runs beyond one. */
  readonly runs: number
  /** Runs after which the next one began a new job, or had no registry to tell: it asks for the newest window of every stream. */
  readonly fresh: number
}

/** Of each slice in flight a page may come again: a list or a window, and a batch where the stream has batches. */
export function beyondBound(again: Effort, { product, concurrency, runs, fresh }: Bounded, { streams, asked }: Bound): readonly string[] {
  const inFlight = Math.min(concurrency, streams)
  const requests = runs * REQUESTS[product] * inFlight + fresh * REQUESTS[product] * streams
  const batched = BATCH * (runs * Math.min(inFlight, asked.batching) + fresh * asked.batching)
  const most: Effort = { requests, single: requests, batched }
  const found = (['requests', 'single', 'batched'] as const).filter((kind) => again[kind] > most[kind])
  return found.map((kind) => `${again[kind]} ${kind} came again in ${runs} further runs; at most ${most[kind]} may`)
}

type Bound = Pick<Golden, 'streams' | 'asked'>

function guarded(failures: string[], work: () => void): void {
  try {
    work()
  } catch (thrown) {
    failures.push(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

/** Exit codes that a disturbance may lead to; 0 where it came too late to matter. */
const codes: Readonly<Record<Disturbance['kind'], readonly (number | null)[]>> = {
  kill: [null, 0],
  terminate: [3, 0],
  'close-stdout': [3, 0],
  'cut-database': [1, 0],
  'file-limit': [1, 0],
  'disk-full': [1, 0],
  deadline: [3, 0],
  budget: [3, 0],
}

function wrongEnd({ code, signal, stderr }: Ended, disturbance: Disturbance | undefined): readonly string[] {
  const found: string[] = []
  const allowed = disturbance ? codes[disturbance.kind] : [0]
  if (!allowed.includes(code)) found.push(`a run with ${JSON.stringify(disturbance)} ended with ${code ?? signal}: ${lastLines(stderr)}`)
  if (disturbance?.kind === 'cut-database' && code === 1 && !lastLines(stderr).includes('"failure_type":"transient_error"'))
    found.push(`a lost connection is not called a passing one: ${lastLines(stderr)}`)
  if (stderr.includes('ERR_UNEXPECTED')) found.push(`an error has no type: ${lastLines(stderr)}`)
  return found
}

const lastLines = (stderr: string): string => stderr.trimEnd().split('\n').slice(-3).join('\n').slice(-1500)

async function compare(place: Place, golden: Golden, { output, disturbances }: Scenario) {
  const rows = await place.rows()
  const found = counted(rows)
  const problems = [
    ...examples('missing', golden.rows, (row) => !found.has(row)),
    ...examples('unexpected', found, (row) => !golden.rows.has(row)),
  ]
  const repeated = [...found].filter(([row, count]) => count > (golden.rows.get(row) ?? count))
  const appends = output === 'stdout' || output === 'jsonl'
  if (!appends) problems.push(...examples('doubled', new Map(repeated), () => true))
  const byStream = new Map<string, number>()
  for (const [row, count] of repeated) {
    const stream = row.slice(0, row.indexOf(' '))
    byStream.set(stream, (byStream.get(stream) ?? 0) + count - (golden.rows.get(row) ?? 0))
  }
  for (const [stream, count] of byStream) {
    const most = disturbances.length * (golden.repeatable.get(stream) ?? 0)
    if (count > most) problems.push(`${count} rows of ${stream} came again in ${disturbances.length} further runs; at most ${most} may`)
  }
  return { problems, repeated: [...byStream.values()].reduce((sum, count) => sum + count, 0) }
}

/** A few of the rows and how many there are: one wrong day makes thousands. */
function examples(what: string, rows: ReadonlyMap<string, number>, isWrong: (row: string) => boolean): readonly string[] {
  const wrong = [...rows.keys()].filter(isWrong)
  return wrong.length === 0
    ? []
    : [
        `${wrong.length} rows ${what}, such as ${wrong
          .slice(0, 2)
          .map((row) => row.slice(0, 300))
          .join(' and ')}`,
      ]
}
