/** Why a call was refused, as far as looking for an offending metric is concerned. */
export type Rejection =
  /** One of the names is to blame. */
  | 'name'
  /** Perhaps a name, perhaps everything: a permission, an unknown error. */
  | 'unclear'
  /** Too much at once: halves may pass. */
  | 'size'

export interface Bisection<T> {
  readonly names: readonly string[]
  readonly ask: (names: readonly string[]) => Promise<T>
  /** undefined: the error is not about the names and is rethrown. */
  readonly judge: (error: unknown) => Rejection | undefined
  /** Why asking for all `names` failed, when that was tried before. */
  readonly failed?: unknown
}

export interface BisectionResult<T> {
  readonly answers: readonly T[]
  readonly refused: readonly { readonly name: string; readonly error: unknown }[]
}

/**
 * Asks for all names; when the call is refused, finds the offending metric by halving, leaves it out and asks for the rest. Answered halves are
 * kept, so one offending metric among n names costs at most ⌈log2 n⌉ + 1 calls more. Throws when it is not the names: the reason is
 * unclear and neither end of the list is answered, or a single name is still too much.
 */
export async function bisect<T>(task: Bisection<T>): Promise<BisectionResult<T>> {
  const answers: T[] = []
  const refused: { name: string; error: unknown }[] = []
  const attempt = attempts(task)
  let rest = task.names
  while (rest.length > 0) {
    const whole = await attempt(rest)
    if (whole.ok) return { answers: [...answers, whole.answer], refused }
    if (whole.refusal === 'size') return join({ answers, refused }, await halves(task, rest, whole.error))
    const search = await findOffendingMetric(rest, whole, attempt)
    answers.push(...search.answers)
    refused.push({ name: search.offendingMetric, error: search.error })
    rest = rest.filter((name) => name !== search.offendingMetric && !search.answered.has(name))
    const nothingAnswered = answers.length === 0 && search.refusal === 'unclear'
    if (nothingAnswered) rest = await confirm(rest, { attempt, answers, error: search.error })
  }
  return { answers, refused }
}

type Attempt<T> = { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly error: unknown; readonly refusal: Rejection }

function attempts<T>({ names, ask, judge, failed }: Bisection<T>): (asked: readonly string[]) => Promise<Attempt<T>> {
  const refuse = (error: unknown): Attempt<T> => {
    const refusal = judge(error)
    if (refusal === undefined) throw error
    return { ok: false, error, refusal }
  }
  return async (asked) => {
    if (failed !== undefined && asked === names) return refuse(failed)
    try {
      return { ok: true, answer: await ask(asked) }
    } catch (error) {
      return refuse(error)
    }
  }
}

interface Search<T> {
  readonly offendingMetric: string
  readonly error: unknown
  readonly refusal: Rejection
  readonly answers: readonly T[]
  readonly answered: ReadonlySet<string>
}

/** Halves the suspects; a half that passes clears its names and leaves the offending metric in the other one. */
async function findOffendingMetric<T>(
  names: readonly string[],
  first: { readonly error: unknown; readonly refusal: Rejection },
  attempt: (names: readonly string[]) => Promise<Attempt<T>>,
): Promise<Search<T>> {
  const answers: T[] = []
  const answered = new Set<string>()
  let suspects = names
  let { error, refusal } = first
  while (suspects.length > 1) {
    const middle = Math.ceil(suspects.length / 2)
    const half = suspects.slice(0, middle)
    const outcome = await attempt(half)
    if (outcome.ok) {
      answers.push(outcome.answer)
      for (const name of half) answered.add(name)
      suspects = suspects.slice(middle)
    } else {
      error = outcome.error
      refusal = outcome.refusal
      suspects = half
    }
  }
  return { offendingMetric: suspects[0] ?? '', error, refusal, answers, answered }
}

/** Nothing was answered so far: when the last name is refused as well, the reason lies outside the names. */
async function confirm<T>(
  rest: readonly string[],
  search: { readonly attempt: (names: readonly string[]) => Promise<Attempt<T>>; readonly answers: T[]; readonly error: unknown },
): Promise<readonly string[]> {
  const last = rest.at(-1)
  if (last === undefined) throw search.error
  const outcome = await search.attempt([last])
  if (!outcome.ok) throw outcome.error
  search.answers.push(outcome.answer)
  return rest.slice(0, -1)
}

async function halves<T>(task: Bisection<T>, names: readonly string[], error: unknown): Promise<BisectionResult<T>> {
  if (names.length < 2) throw error
  const middle = Math.ceil(names.length / 2)
  const { ask, judge } = task
  const left = await bisect({ names: names.slice(0, middle), ask, judge })
  return join(left, await bisect({ names: names.slice(middle), ask, judge }))
}

function join<T>(first: BisectionResult<T>, second: BisectionResult<T>): BisectionResult<T> {
  return { answers: [...first.answers, ...second.answers], refused: [...first.refused, ...second.refused] }
}
